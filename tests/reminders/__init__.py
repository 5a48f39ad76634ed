from . import test_reminders
from . import test_reminders_beside
