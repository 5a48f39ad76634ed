"""What reminders pass from step to step; plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReminderPlan:
    """Invoices, one for each customer who is late, by what becomes of the reminder."""

    due: "account.move"  # to be sent now
    told: "account.move"  # the customer got one today, or is about to
    mute: "account.move"  # there is no e-mail address
    followed: "account.move"  # another module writes to the customer
    credited: "account.move"  # the customer has as much to their credit
