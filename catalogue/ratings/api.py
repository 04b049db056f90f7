"""JSON: ratings listed, read and given, their means, and the lecturer's own report."""

from typing import Any

from catalogue.core.api import blueprint, expected_version, listed, once, reads, rows_of, tagged
from catalogue.core.web import actor, now, permit, signed_in
from catalogue.lessons import queries as lessons
from catalogue.ratings import operations, queries
from catalogue.ratings.schemas import AverageOut, GiveIn, LessonRatingOut, RatingsIn, ReportIn, ReportOut, ReportsOut

api = blueprint("ratings", "评单和上课小结")


@api.route("/ratings")
@permit(signed_in)
@reads
@api.arguments(RatingsIn, location="query")
@api.response(200, listed(LessonRatingOut))
def ratings(values: dict[str, Any]) -> Any:
    """The ratings in sight, newest first; of one state when it is named."""
    size = values.pop("limit")
    return rows_of(queries.listed(actor(), size=size, **values))


@api.route("/ratings/average")
@permit(signed_in)
@reads
@api.response(200, AverageOut)
def average() -> Any:
    """The means of what is in sight, with how many ratings they stand on."""
    return queries.average_in_sight(actor())


@api.route("/ratings/<int:rating_id>")
@permit(signed_in)
@reads
@api.response(200, LessonRatingOut)
def rating(rating_id: int) -> Any:
    """One rating."""
    return tagged(queries.visible(actor(), rating_id))


@api.route("/ratings/<int:rating_id>/give", methods=["POST"])
@permit(signed_in)
@once
@api.arguments(GiveIn)
@api.response(200, LessonRatingOut)
def give(values: dict[str, Any], rating_id: int) -> Any:
    """The committee rates, once. Needs the version: If-Match, or `version` in the body."""
    found = queries.visible(actor(), rating_id)
    said = values.pop("version")
    operations.give(found, **values, by=actor(), at=now(), version=said if said is not None else expected_version())
    return tagged(found)


@api.route("/ratings/<int:rating_id>/reports")
@permit(signed_in)
@reads
@api.response(200, ReportsOut)
def reports(rating_id: int) -> Any:
    """What the lecturers of the rated lesson reported themselves."""
    return {"rows": queries.reports_of(queries.visible(actor(), rating_id).lesson_id)}


@api.route("/lessons/<int:lesson_id>/report", methods=["POST"])
@permit(signed_in)
@once
@api.arguments(ReportIn)
@api.response(200, ReportOut)
def report(values: dict[str, Any], lesson_id: int) -> Any:
    """The lecturer's own account of a lesson taught. Nobody else writes it, so it needs no version; again replaces it."""
    return operations.report(lessons.visible(actor(), lesson_id), **values, by=actor(), at=now())
