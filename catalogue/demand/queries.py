"""What is missing, ranked by how many committees miss it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.courses.models import Course
from catalogue.demand import policy
from catalogue.demand.models import Gap, GapHistory
from catalogue.demand.states import GapState
from catalogue.organisations import queries as organisations

_PAGE = (joinedload(Gap.organisation), joinedload(Gap.course), joinedload(Gap.answer_course))
_WISH = sa.case((Gap.course_id.is_(None), Gap.sort_key), else_="")


def one(by: Actor, gap_id: int) -> Gap:
    """One gap in this actor's scope. Raises NotVisible."""
    query = organisations.visible_to(by, Gap, *policy.SEEING).where(Gap.id == gap_id)
    return organisations.one(query.options(*_PAGE))


def ranked(by: Actor, limit: int = 200) -> Sequence[Any]:
    """Open gaps of the districts this actor answers for: the same wish once, most committees first.

    Rows of id (the oldest), lack, course title or none, the words of the oldest, committees, first and last asked.
    """
    scope = organisations.in_scope(by, Gap, *policy.ANSWERING)
    groups = (
        sa.select(
            sa.func.min(Gap.id).label("id"), sa.func.count(sa.distinct(Gap.organisation_id)).label("committees"),
            sa.func.min(Gap.made_at).label("since"), sa.func.max(Gap.made_at).label("latest"),
        )
        .where(scope, Gap.state == GapState.OPEN)
        .group_by(Gap.district_id, Gap.lack, Gap.course_id, _WISH)
        .subquery()
    )  # fmt: skip
    return db.session.execute(
        sa.select(Gap.id, Gap.lack, Gap.words, Course.title, groups.c.committees, groups.c.since, groups.c.latest)
        .join(groups, groups.c.id == Gap.id)
        .outerjoin(Course, Course.id == Gap.course_id)
        .order_by(groups.c.committees.desc(), groups.c.since, Gap.id)
        .limit(limit)
    ).all()


def own(by: Actor, limit: int = 100) -> Sequence[Gap]:
    """What this actor's own side reported, newest first, with the answers."""
    query = organisations.visible_to(by, Gap, *policy.SEEING).options(*_PAGE)
    return db.session.scalars(query.order_by(Gap.id.desc()).limit(limit)).all()


def same_as(gap: Gap) -> Sequence[Gap]:
    """Every open gap of the district that says the same, this one included, with its committee."""
    wish = Gap.course_id == gap.course_id if gap.course_id is not None else Gap.course_id.is_(None)
    query = sa.select(Gap).where(
        Gap.district_id == gap.district_id, Gap.lack == gap.lack, Gap.state == GapState.OPEN, wish,
        Gap.sort_key == gap.sort_key if gap.course_id is None else sa.true(),
    )  # fmt: skip
    return db.session.scalars(query.options(*_PAGE).order_by(Gap.id)).all()


def open_like(organisation_id: int, lack: Any, course_id: int | None, sort_key: str) -> Gap | None:
    """The committee's own open gap that says the same already."""
    wish = Gap.course_id == course_id if course_id is not None else Gap.course_id.is_(None)
    query = sa.select(Gap).where(
        Gap.organisation_id == organisation_id, Gap.lack == lack, Gap.state == GapState.OPEN, wish, Gap.sort_key == sort_key
    )  # fmt: skip
    return db.session.scalars(query.order_by(Gap.id)).first()


def history_of(gap_id: int) -> Sequence[GapHistory]:
    return db.session.scalars(sa.select(GapHistory).where(GapHistory.owner_id == gap_id).order_by(GapHistory.id)).all()


def courses_of(district_id: int, limit: int = 500) -> Sequence[Any]:
    """Courses on the menu of a district, to fill a gap with."""
    return db.session.execute(
        sa.select(Course.id, Course.title)
        .where(Course.district_id == district_id, Course.on_menu)
        .order_by(Course.sort_key, Course.id)
        .limit(limit)
    ).all()
