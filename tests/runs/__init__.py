from . import test_runs
from . import test_runs_of_a_month
from . import test_runs_of_a_morning
from . import test_runs_of_companies
from . import test_runs_of_dialog
from . import test_runs_that_send
from . import test_schedules
from . import test_work_until
