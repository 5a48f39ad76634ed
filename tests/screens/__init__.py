from . import test_french
from . import test_menus
from . import test_refusals
from . import test_screens
from . import test_tours
from . import test_tours_phone
