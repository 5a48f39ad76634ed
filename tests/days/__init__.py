from . import test_site_day
