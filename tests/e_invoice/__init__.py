from . import test_e_invoice_annex
from . import test_e_invoice_facts
from . import test_e_invoice_portal
from . import test_e_invoice_rules
from . import test_e_invoice_send
from . import test_e_invoice_terms
