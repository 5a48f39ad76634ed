from . import fsm_billing_source
from . import stock_move
from . import stock_picking
from . import account_analytic_line
