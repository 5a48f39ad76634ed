from . import test_bill_to
from . import test_branches
from . import test_equipment_warranty
from . import test_labor_product
from . import test_policy
from . import test_policy_screen
from . import test_terms
