from . import fsm_order
from . import account_move
from . import fsm_billing_entry
