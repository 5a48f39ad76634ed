from . import fsm_billing_hold_reason
from . import account_move
from . import fsm_order
from . import res_partner
