from . import fsm_order
from . import account_move_line
