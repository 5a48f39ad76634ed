from . import test_access_choices
from . import test_access_host
from . import test_rights
