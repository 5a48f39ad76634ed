from . import test_facts
from . import test_facts_plans
from . import test_facts_marks
from . import test_facts_overlap
