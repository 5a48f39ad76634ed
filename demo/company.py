"""The company: its name, what its books need, and its stock."""

from odoo.fields import Command

from .billing import pay
from .job import MODULE, MON
from .stock import receive, validate

# Parts bought at the start, and how many.
STOCK = {
    "battery": 4,
    "boiler": 2,
    "car_light": 6,
    "door_belt": 4,
    "door_rollers": 4,
    "electrode": 5,
    "exchanger": 1,
    "flue_sensor": 4,
    "gas_valve": 2,
    "guide_shoe": 6,
    "oil": 40,
    "pump": 5,
    "radiator_valve": 24,
    "thermostat": 5,
    "valve_motor": 3,
    "vessel": 4,
}
# What the base demo data call it.
PLAIN_NAMES = ("My Company (San Francisco)", "My Company", "YourCompany")


def prepare(env):
    """Give the main company what invoices and payments need, where it is missing."""
    company = env.company
    if company.name in PLAIN_NAMES:
        company.write(
            {
                "name": "Bayline Heating & Lifts",
                "email": "service@bayline.example.com",
                "phone": "+1 415-555-0100",
                "vat": "94-3210987",
            }
        )
    if not company.partner_id.bank_ids:
        # e-invoices say where they are to be paid
        env["res.partner.bank"].create(
            {
                "acc_number": "121000358 0123456789",
                "partner_id": company.partner_id.id,
                "allow_out_payment": True,
            }
        )
    hospital = env.ref(f"{MODULE}.res_partner_demo_hospital")
    hospital.invoice_edi_format = "facturx"  # the others read paper
    if not company.chart_template:
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        # the labor product is older than the taxes
        labor = env.ref(f"{MODULE}.product_labor")
        labor.taxes_id = labor.taxes_id or company.account_sale_tax_id
    bank = env["account.journal"].search(
        [*env["account.journal"]._check_company_domain(company), ("type", "=", "bank")],
        limit=1,
    )
    # without an account, a payment writes nothing in the books
    lines = bank.inbound_payment_method_line_ids | bank.outbound_payment_method_line_ids
    missing = lines.filtered(lambda line: not line.payment_account_id)
    missing.payment_account_id = bank.default_account_id
    if company.account_stock_valuation_id:
        # the cost of parts is booked with the invoice
        env.ref(
            f"{MODULE}.product_category_demo_parts"
        ).property_valuation = "real_time"


def buy_parts(env, calendar):
    """Receive stock of every part from the wholesaler, with his bill, and pay it."""
    supplier = env.ref(f"{MODULE}.res_partner_demo_wholesale")
    quantities = {
        env.ref(f"{MODULE}.product_product_demo_{key}"): quantity
        for key, quantity in STOCK.items()
    }
    day = calendar.day((-14, MON))
    validate(env, {receive(supplier, quantities): calendar.noon(day)})
    bill = env["account.move"].create(
        {
            "move_type": "in_invoice",
            "partner_id": supplier.id,
            "invoice_date": day,
            "date": day,
            "ref": "CWS-20418",
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": quantity,
                        "price_unit": product.standard_price,
                    }
                )
                for product, quantity in quantities.items()
            ],
        }
    )
    bill.action_post()
    pay(bill, calendar.office_day(day, 21))
