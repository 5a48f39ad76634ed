from . import test_create_invoice
