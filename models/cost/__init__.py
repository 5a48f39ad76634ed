from . import fsm_billing_entry
from . import account_move
from . import account_move_line
