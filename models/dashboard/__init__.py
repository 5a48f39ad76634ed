from . import fsm_billing_dashboard
from . import fsm_billing_dashboard_documents
from . import fsm_billing_dashboard_books
from . import fsm_billing_dashboard_orders
from . import fsm_billing_dashboard_hours
from . import account_move_line
