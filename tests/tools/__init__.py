from . import test_printed_html
from . import test_printed_limits
from . import test_printed_rows
from . import test_splitting
