from . import account_move
from . import account_move_line
from . import fsm_credit_amounts
from . import fsm_credit_reason
from . import stock_move
from . import stock_picking
from . import fsm_order
