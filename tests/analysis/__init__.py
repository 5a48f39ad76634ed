from . import test_analysis
from . import test_analysis_credit
from . import test_analysis_rights
