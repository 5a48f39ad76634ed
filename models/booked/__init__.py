from . import account_move
from . import account_move_line
from . import account_tax
from . import fsm_credit_amounts
