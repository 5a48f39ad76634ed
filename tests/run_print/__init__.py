from . import test_run_print
