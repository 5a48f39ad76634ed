from . import test_e_invoice_facts
from . import test_e_invoice_rules
from . import test_e_invoice_terms
