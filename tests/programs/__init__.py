from . import test_billing_documents
