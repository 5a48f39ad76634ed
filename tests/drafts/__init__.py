from . import test_added_lines
from . import test_complete_analytic
from . import test_complete_values
from . import test_invoice_terms
