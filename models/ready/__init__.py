from . import fsm_billing_policy
from . import fsm_billing_finding
from . import fsm_billing_examination
from . import fsm_billing_examination_rules
from . import fsm_billing_examination_work
from . import fsm_billing_run_line
from . import fsm_order
from . import ir_attachment
