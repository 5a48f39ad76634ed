from . import test_billing_wizard
from . import test_companies
from . import test_companies_books
from . import test_create_invoice
from . import test_grouping
from . import test_query_counts
from . import test_refused_orders
