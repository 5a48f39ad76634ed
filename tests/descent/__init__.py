from . import test_parts_descent
