from . import test_dashboard_figures
from . import test_dashboard_orders
from . import test_dashboard_period
from . import test_dashboard_queries
from . import test_dashboard_rights
from . import test_dashboard_tours
