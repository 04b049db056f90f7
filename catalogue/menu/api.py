"""JSON of the menu: the list and one course."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import jsonify

from catalogue.core.api import blueprint, listed, reads
from catalogue.core.clock import HalfDay, day_of
from catalogue.core.errors import NotVisible
from catalogue.core.web import anyone, now, permit, visitor
from catalogue.core.words import _
from catalogue.menu import course as courses
from catalogue.menu import queries
from catalogue.menu.errors import MenuClosed
from catalogue.menu.models import FULL
from catalogue.menu.queries import Words
from catalogue.menu.reader import Reader, district_of, reader_of
from catalogue.menu.schemas import CourseOut, CourseRowOut, MenuIn
from catalogue.menu.wish import MODES, read

api = blueprint("menu", "课程菜单")


def _reader(wish: int | None) -> Reader:
    """Whose menu this caller sees. Raises NotVisible without any, MenuClosed for strangers where it is closed."""
    reader = reader_of(visitor(), wish, now())
    if reader is None:
        raise NotVisible(_("菜单上还没有课。"))
    if not reader.signed_in and not reader.district.is_open:
        raise MenuClosed(_("本区的课程菜单登录后才能看。"))
    return reader


def _row(row: Any, words: Words, reader: Reader, slot: int | None) -> dict[str, Any]:
    n = row.rating_count if reader.signed_in else 0
    free = slot is not None and slot < FULL and reader.signed_in
    return {
        "id": row.id, "title": row.title, "category": words.categories[row.category_id].label, "form": words.forms.get(row.form, ""),
        "minutes": row.minutes, "size_min": row.size_min, "size_max": row.size_max, "orderable": row.orderable,
        "rating": {"mean": round(row.rating_sum / (3 * n), 2), "n": n} if n else None,
        "soonest": {"day": date.fromordinal(slot // 3).isoformat(), "half_day": list(HalfDay)[slot % 3].value} if free and slot is not None else None,
    }  # fmt: skip


@api.route("/courses")
@permit(anyone)
@api.doc(security=[{}, {"bearer": []}])
@reads
@api.arguments(MenuIn, location="query")
@api.response(200, listed(CourseRowOut))
def menu(values: Mapping[str, Any]) -> Any:
    """The menu, with the search, filters and orders of the page."""
    reader = _reader(values["district"])
    words = queries.words()
    wish = read(
        values,
        signed_in=reader.signed_in,
        towns=reader.district.towns,
        forms=words.forms,
        audiences=words.audiences,
    )
    found = queries.listed(wish, reader, after=values["after"], before=values["before"], size=values["limit"])
    rows = [_row(row, words, reader, getattr(row, "slot", None)) for row in found.rows]
    return jsonify(
        {"rows": rows, "after": found.after, "before": found.before}
    )  # plain rows: a schema would cost as much as the query


@api.route("/courses/<int:course_id>")
@permit(anyone)
@api.doc(security=[{}, {"bearer": []}])
@reads
@api.response(200, CourseOut)
def course(course_id: int) -> Any:
    """One course of the menu."""
    reader = _reader(district_of(course_id))
    words = queries.words()
    row = courses.head(course_id, reader, visitor())
    lecturers = courses.lecturers(course_id, day_of(now()), signed_in=reader.signed_in)
    slot = courses.soonest(course_id, reader) if reader.signed_in else None
    return jsonify(
        _row(row, words, reader, slot) | {
            "owner": row.owner, "summary": row.summary, "outline": [line for line in row.outline.split("\n") if line.strip()],
            "audiences": courses.listed(row.audiences), "equipment": courses.listed(row.equipment), "problems": courses.listed(row.problems),
            "modes": [mode for mode in MODES if getattr(row, mode)],
            "lecturers": [{"name": one.display_name, "title": one.title_name} for one in lecturers],
        }
    )  # fmt: skip
