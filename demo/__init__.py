"""Three months of a heating and lift maintenance company, for databases with demo data.

Reached from ``data/fsm_order_demo.xml`` and from nowhere else. ``heating``, ``lifts``
and ``quotations`` say what happened; the other files make it happen, through the same
steps that people take on screen.
"""

from .story import load
