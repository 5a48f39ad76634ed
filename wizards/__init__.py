from . import account_move_reversal
from . import account_move_reversal_by_line
from . import fsm_credit_line
from . import account_move_reversal_lots
from . import fsm_billing_wizard
from . import stock_return_picking
from . import fsm_invoice_reset
