from . import fsm_billing_pricing
