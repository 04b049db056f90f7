"""What a plan can be asked: why so, why not, where is too little, what if, what to repair (docs/matching.md)."""

from catalogue.matching.questions.shortage import Shortage, shortages
from catalogue.matching.questions.what_if import Change, Difference, changed_problem, compare, repair, what_if
from catalogue.matching.questions.why import Served, Unserved, why_served, why_unserved

__all__ = [
    "Change",
    "Difference",
    "Served",
    "Shortage",
    "Unserved",
    "changed_problem",
    "compare",
    "repair",
    "shortages",
    "what_if",
    "why_served",
    "why_unserved",
]
