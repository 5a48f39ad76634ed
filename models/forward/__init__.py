from . import account_move
from . import account_move_send
from . import fsm_billing_run
from . import fsm_billing_run_line
from . import fsm_order
from . import ir_actions_act_window
from . import res_company
from . import res_config_settings
