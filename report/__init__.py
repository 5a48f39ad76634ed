from . import fsm_billing_work
from . import fsm_order_reports
