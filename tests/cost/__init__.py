from . import test_accounting_reports
from . import test_cost_mixed
from . import test_cost_of_goods
from . import test_cost_properties
from . import test_cost_quotation
from . import test_cost_valuation
