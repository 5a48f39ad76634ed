from . import fsm_billing_pricing
from . import sale_order_line
from . import account_move
from . import account_move_line
from . import fsm_order
from . import sale_order
