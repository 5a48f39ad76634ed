from . import fsm_billing_policy
from . import fsm_order
