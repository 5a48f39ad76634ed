from . import fsm_billing_pricing
from . import fsm_order
