from . import test_create_invoice
from . import test_credit_note
from . import test_invoice_lifecycle
from . import test_ledger
from . import test_pricing
from . import test_refusals
