from . import test_interim_invoices
from . import test_interim_runs
from . import test_interim_wizard
from . import test_visits
