"""The order of events."""

from . import company, heating, lifts, quotations
from .billing import Billing
from .job import MODULE, Calendar
from .work import Work


def load(env):
    """Let everything happen, unless it happened before."""
    if env.ref(f"{MODULE}.fsm_order_demo_boiler", raise_if_not_found=False):
        return
    # nobody is to get mail about it
    env = env(
        context={
            **env.context,
            "mail_create_nosubscribe": True,
            "mail_auto_subscribe_no_notify": True,
        }
    )
    calendar = Calendar(env)
    company.prepare(env)
    company.buy_parts(env, calendar)
    work = Work(env, calendar)
    orders = work.do([*heating.JOBS, *lifts.JOBS, *quotations.JOBS])
    Billing(work).do(orders)
