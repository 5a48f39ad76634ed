from . import test_analysis_machine
from . import test_currency_machine
from . import test_ledger_machine
from . import test_quotation_machine
from . import test_time_machine
