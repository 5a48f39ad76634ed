from . import test_long_documents
from . import test_max_orders
