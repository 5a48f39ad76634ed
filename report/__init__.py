from . import fsm_billing_report
from . import fsm_billing_report_documents
from . import fsm_billing_report_query
from . import fsm_billing_row
from . import fsm_billing_quoted
from . import fsm_billing_work
from . import fsm_order_reports
