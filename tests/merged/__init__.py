from . import test_merged_invoices
