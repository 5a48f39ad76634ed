from . import fsm_billing_source
from . import account_analytic_line
from . import fsm_billing_entry
from . import account_move
from . import stock_move
