from . import fsm_field_guard
from . import fsm_billing_choice
from . import fsm_billing_source
from . import fsm_billing_entry
from . import account_move
from . import account_move_line
from . import fsm_order
