from . import test_completeness
from . import test_answered_facts
from . import test_findings_in_french
from . import test_hours_waiting
from . import test_readiness
from . import test_rules
from . import test_spent
