from . import fsm_billing_figures
from . import fsm_order
from . import fsm_billing_row
from . import fsm_billing_quoted
from . import fsm_billing_work
from . import fsm_order_charge
from . import account_move
