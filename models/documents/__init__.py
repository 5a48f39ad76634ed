from . import fsm_billing_printed
from . import account_move
from . import fsm_order
from . import ir_actions_report
