from . import fsm_billing_demo
