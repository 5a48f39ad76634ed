from . import fsm_billing_report
from . import fsm_billing_report_query
from . import fsm_billing_work
