from . import test_extra_time
from . import test_quotation
from . import test_quotation_delivered
from . import test_quotation_texts
from . import test_quoted_returns
from . import test_quoted_work
