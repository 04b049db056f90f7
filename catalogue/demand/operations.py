"""Every write of gaps: reporting what is missing, filling it with a course, or saying why not."""

from collections.abc import Sequence
from datetime import datetime

from catalogue.core import changes
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.text import sort_key
from catalogue.core.words import _
from catalogue.courses.models import Course
from catalogue.demand import policy, queries
from catalogue.demand.errors import NoAnswer, NotYours, NoWords, UnknownCourse
from catalogue.demand.models import Gap, Lack
from catalogue.demand.states import NEXT, GapAction, GapState
from catalogue.organisations.models import Organisation


def report(
    *, by: Actor, at: datetime, organisation: Organisation, lack: Lack, words: str, course_id: int | None = None, order_id: int | None = None,
) -> Gap:  # fmt: skip
    """Tells the academy what is missing. The same wish of the same committee, still open, is the same gap.

    Raises NotYours, NoWords.
    """
    if not policy.may_report(by, organisation) or organisation.district_id is None:
        raise NotYours(_("您不能替这个单位报需求。"))
    said = words.strip()
    if not said:
        raise NoWords(_("请写几句缺什么。"), field="words")
    known = queries.open_like(organisation.id, lack, course_id, _key(said))
    if known is not None:
        return known
    gap = Gap(
        organisation_id=organisation.id, town_id=organisation.town_id, district_id=organisation.district_id, state=GapState.OPEN, lack=lack,
        course_id=course_id, order_id=order_id, words=said[:500], sort_key=_key(said), made_at=at,
    )  # fmt: skip
    changes.begin(gap, by=by, at=at, acting_for=organisation.id)
    return gap


def _key(words: str) -> str:
    return sort_key(words)[:200]


def fill(gaps: Sequence[Gap], *, by: Actor, at: datetime, course: Course, answer: str = "", version: int | None = None) -> None:  # fmt: skip
    """There is a course now: everybody who asked the same is told which. Raises NotYours, UnknownCourse, Stale, IllegalAction."""
    _check(gaps, by, version)
    if any(course.district_id != g.district_id for g in gaps) or not course.on_menu:
        raise UnknownCourse(_("请选一门本区菜单上的课。"), field="course")
    for gap in gaps:
        _answer(gap, GapAction.FILL, by, at, answer, course.id)


def decline(gaps: Sequence[Gap], *, by: Actor, at: datetime, answer: str, version: int | None = None) -> None:
    """No course for it, and why. Raises NotYours, NoAnswer, Stale, IllegalAction."""
    _check(gaps, by, version)
    if not answer.strip():
        raise NoAnswer(_("请写明为什么暂不开课，居村会看到。"), field="answer")
    for gap in gaps:
        _answer(gap, GapAction.DECLINE, by, at, answer, None)


def reopen(gap: Gap, *, by: Actor, at: datetime, version: int | None = None) -> None:
    _check([gap], by, version)
    changes.move(gap, NEXT, GapAction.REOPEN, by=by, at=at)


def _check(gaps: Sequence[Gap], by: Actor, version: int | None) -> None:
    if not gaps or not all(policy.may_answer(by, g) for g in gaps):
        raise NotYours(_("这条需求由区社区治理学院答复。"))
    if version is not None:
        changes.check_version(gaps[0], version)


def _answer(gap: Gap, action: GapAction, by: Actor, at: datetime, answer: str, course_id: int | None) -> None:
    changes.move(gap, NEXT, action, by=by, at=at, words=answer)
    gap.answer, gap.answer_course_id = answer, course_id
    db.session.flush()
