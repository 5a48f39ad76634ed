from . import account_edi_xml_ubl_20
