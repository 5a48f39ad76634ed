from . import test_races_of_credits
from . import test_races_of_invoices
from . import test_races_of_orders
from . import test_races_of_quotations
from . import test_races_of_readiness
from . import test_races_of_work
