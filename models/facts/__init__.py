from . import fsm_billing_watch
from . import fsm_billing_fact
from . import fsm_billing_entry
