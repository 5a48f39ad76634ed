from . import fsm_billing_work
