from . import fsm_billing_pricing
from . import fsm_order
from . import sale_order_line
