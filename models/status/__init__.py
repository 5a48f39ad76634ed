from . import fsm_order
from . import fsm_stage
from . import account_move
from . import fsm_billing_entry
