from . import fsm_billing_entry
from . import account_move
from . import account_move_line
from . import product_product
from . import sale_order_line
from . import stock_move
