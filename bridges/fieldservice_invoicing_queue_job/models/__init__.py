from . import fsm_billing_run
