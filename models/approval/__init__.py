from . import fsm_billing_entry
from . import fsm_billing_policy
from . import account_analytic_line
from . import fsm_billing_pricing
from . import fsm_hours_seen
from . import fsm_billing_work
from . import fsm_hours_week
from . import fsm_order
