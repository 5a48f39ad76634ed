from . import fsm_billing_source
