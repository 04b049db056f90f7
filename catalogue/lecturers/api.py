"""JSON: lecturers listed and read, and when they are free."""

from typing import Any

from catalogue.core import clock
from catalogue.core.api import blueprint, listed, reads, rows_of, tagged
from catalogue.core.errors import Invalid, NotAllowed
from catalogue.core.web import actor, now, permit, signed_in
from catalogue.core.words import _
from catalogue.lecturers import listing, policy, queries
from catalogue.lecturers.policy import Sight
from catalogue.lecturers.schemas import FreeListOut, LecturerOut, LecturerRowOut, LecturersIn, SpanIn

api = blueprint("lecturers", "讲师")
LONGEST = 92


@api.route("/lecturers")
@permit(signed_in)
@reads
@api.arguments(LecturersIn, location="query")
@api.response(200, listed(LecturerRowOut))
def lecturers(values: dict[str, Any]) -> Any:
    """The lecturers in sight, by name."""
    kind, source = (values[n].value if values[n] is not None else "" for n in ("kind", "source"))
    wanted = listing.Wanted(q=values["q"].strip(), kind=kind, source=source)
    found = listing.page_of(
        actor(), wanted, clock.day_of(now()), after=values["after"], before=values["before"], size=values["limit"]
    )
    return rows_of(found.page)


@api.route("/lecturers/<int:lecturer_id>")
@permit(signed_in)
@reads
@api.response(200, LecturerOut)
def lecturer(lecturer_id: int) -> Any:
    """One lecturer, as much as the caller may see."""
    found = queries.seen(actor(), lecturer_id)
    full = policy.sight(actor(), found, queries.led_by(actor(), clock.day_of(now()))) is not Sight.CARD
    told = (LecturerOut if full else LecturerRowOut)().fields
    shown = {name: getattr(found, name) for name in told if hasattr(found, name)}
    if full:
        shown["terms"] = queries.terms([found.id]).get(found.id, [])
        shown["courses"] = queries.qualifications([found.id]).get(found.id, [])
    _row, status, headers = tagged(found)
    return shown, status, headers


@api.route("/lecturers/<int:lecturer_id>/free")
@permit(signed_in)
@reads
@api.arguments(SpanIn, location="query")
@api.response(200, FreeListOut)
def free(values: dict[str, Any], lecturer_id: int) -> Any:
    """The half-days a lecturer says to be free, to whoever plans with them."""
    if not 0 <= (values["last"] - values["first"]).days < LONGEST:
        raise Invalid(_("最后一天不能早于第一天，一次最多问三个月。"), field="last")
    found = queries.seen(actor(), lecturer_id)
    if policy.sight(actor(), found, queries.led_by(actor(), clock.day_of(now()))) is Sight.CARD:
        raise NotAllowed(_("讲师的日历只有本人、团长和区里的派单人员看得到。"))
    days = queries.free_half_days([found.id], values["first"], values["last"])[found.id]
    return {
        "rows": [
            {"day": day, "half_day": half_day, "starts": starts, "ends": ends}
            for day, halves in days.items()
            for half_day, (starts, ends) in halves.items()
        ]
    }
