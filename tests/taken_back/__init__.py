from . import test_taken_back
from . import test_taken_back_after_refund
from . import test_taken_back_at_its_price
from . import test_taken_back_of_other_visits
