from . import account_move
from . import account_move_send
from . import fsm_billing_run
from . import fsm_billing_run_line
from . import fsm_billing_policy
from . import fsm_order
from . import res_partner
