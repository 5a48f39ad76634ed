from . import test_confirm_and_send
from . import test_dispatcher
from . import test_drafts_for_the_office
from . import test_duplicate_warning
from . import test_fresh_dialogs
from . import test_reset_sent
from . import test_sent_notification
