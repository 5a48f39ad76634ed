from . import fsm_billing_report
from . import fsm_billing_report_documents
from . import fsm_billing_report_query
from . import fsm_order_reports
