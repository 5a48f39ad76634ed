from . import fsm_billing_work, fsm_order
