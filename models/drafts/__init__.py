from . import fsm_order
from . import fsm_billing_values
from . import account_move_line
