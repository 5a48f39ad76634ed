from . import test_done_day
