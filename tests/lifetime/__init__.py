from . import test_hooks
from . import test_migration_quotation
from . import test_migrations
from . import test_reinstall
