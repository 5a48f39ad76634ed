from . import fsm_billing_run_file
from . import fsm_billing_run
from . import fsm_billing_run_line
