from . import stock_move
from . import account_move_line
from . import fsm_billing_pricing
