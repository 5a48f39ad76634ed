from . import test_billing_rows
from . import test_billing_tab
from . import test_preview
from . import test_preview_cases
from . import test_preview_currency
from . import test_rows_read
