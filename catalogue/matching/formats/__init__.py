"""Files of the planner: instances, plans and team orienteering texts (docs/formats.md). Every fault names its place."""

from catalogue.matching.formats.instance import load, problem_from
from catalogue.matching.formats.plans import load_plan, plan_document, plan_from
from catalogue.matching.formats.toptw import load_toptw
from catalogue.matching.formats.writing import document_of

__all__ = ["document_of", "load", "load_plan", "load_toptw", "plan_document", "plan_from", "problem_from"]
