from . import fsm_billing_pricing
from . import stock_move
from . import fsm_order
from . import account_move_line
from . import stock_rule
