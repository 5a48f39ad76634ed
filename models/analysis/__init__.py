from . import fsm_billing_source
from . import account_analytic_line
from . import stock_move
from . import fsm_order_charge
from . import fsm_order
