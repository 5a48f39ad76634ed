from . import test_charges
from . import test_corrections_of_time
from . import test_parts
from . import test_parts_directions
from . import test_parts_descent
