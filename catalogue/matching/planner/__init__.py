"""The planner: lecturer, venue and time for all open orders at once, with a proven bound. Standard library, numpy, scipy.

Read in this order: answer.py (what is asked and answered), compiled.py (a problem as arrays), solve.py (the run), shared.py
(lessons of several lecturers or orders, around it).
"""

from catalogue.matching.planner.answer import Params, Prices, Result, Step, Stop
from catalogue.matching.planner.shared import solve

__all__ = ["Params", "Prices", "Result", "Step", "Stop", "solve"]
