from . import test_access_choices
from . import test_access_host
from . import test_access_portal
from . import test_own_dialogs
from . import test_rights
