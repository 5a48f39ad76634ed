from . import account_move
from . import account_move_line
from . import fsm_billing_policy
from . import fsm_order
