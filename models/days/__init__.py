from . import account_analytic_line
from . import fsm_order
