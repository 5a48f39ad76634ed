from . import fsm_billing_request
from . import fsm_order
