"""Two approved quotations, and the work that came of them; see ``job``."""

from .job import MON, Job, Quotation

JOBS = [
    # The whole order is one line of the quotation, and billed from there.
    Job(
        key="lift_inspection",
        site="library",
        kind="maintenance",
        quotation=Quotation("library", "Elena Park", (("inspection", 1),)),
        when=(-10, MON),
        planned=4.0,
        problem="Annual lift inspection, as quoted.",
        report="Inspected without defects. Next inspection in 12 months.",
        hours=(("grace", 4.0, "Inspection with load test"),),
        invoice=2,
        paid=((25, 1.0),),
    ),
    # The quotation covers boiler and work; some work came on top of it.
    Job(
        key="boiler_replacement",
        site="dental",
        kind="installation",
        quotation=Quotation(
            "dental", "Dr. Ines Delgado", (("replacement", 1), ("boiler", 1))
        ),
        when=(-3, MON),
        planned=8.0,
        problem="Replace the old boiler by a condensing boiler, as quoted.",
        report="Old boiler dismantled, new boiler installed and handed over. On "
        "request of the customer, not quoted: wireless thermostat in the waiting room.",
        hours=(
            ("marco", 7.5, "Old boiler dismantled, new one mounted"),
            ("samuel", 7.5, "Helped with dismantling and mounting"),
            ("marco", 3.0, "Gas and water connected, start-up", 1),
            ("samuel", 1.5, "Extra: thermostat in the waiting room", 1),
        ),
        extra=("Extra: thermostat in the waiting room",),
        parts=(("thermostat", 1),),
    ),
]
