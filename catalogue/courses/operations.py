"""Every write of courses and their versions. What was published never changes: new promises make a new version."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from catalogue.core import changes, clock, events, text
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Invalid
from catalogue.core.words import _
from catalogue.courses import bodies, policy, queries
from catalogue.courses.errors import DraftExists, NotYours, SamePerson, TooDifferent
from catalogue.courses.events import CourseOffered, CoursePublished, CourseWithdrawn
from catalogue.courses.models import (
    Category,
    Course,
    CourseOffer,
    CourseProblem,
    CourseTag,
    CourseVersion,
    CourseVersionAudience,
    CourseVersionEquipment,
    Edition,
    EditionItem,
)
from catalogue.courses.search import tokens_of
from catalogue.courses.states import NEXT, Action, State
from catalogue.organisations.models import Organisation

COURSE = (
    "category_id",
    "subcategory_id",
    "series_id",
    "orderable",
    "restricted",
    "programme_only",
    "offer_mode",
    "corps_id",
    "source",
)
LISTS = ("tags", "problems", "offered_to")
PROMISE = (
    "title",
    "summary",
    "outline",
    "form",
    "minutes",
    "size_min",
    "size_max",
    "onsite",
    "venue",
    "online",
    "lecturers_needed",
)
CHOICES = ("audiences", "equipment")
CORRECTABLE = ("title", "summary", "outline")
LIKE = 0.8  # a correction keeps at least this share of a text; less is a new promise


class Honour(StrEnum):
    PREMIUM = "premium"  # 精品课
    GOLD = "gold"  # 金课


def _of(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _owner_of(course: Course) -> Organisation:
    return db.session.get_one(Organisation, course.owner_id)


def may_keep(by: Actor, owner: Organisation, at: datetime) -> bool:
    """May this actor write courses of this owner on this day?"""
    return policy.keeps(by, owner) or policy.keeps(by, owner, orphan=queries.orphan(owner, clock.day_of(at)))


def _check_keeper(by: Actor, course: Course, at: datetime) -> None:
    if not may_keep(by, _owner_of(course), at):
        raise NotYours(_("这门课归别的单位管，您可以看，不能改。需要改动请联系课程的单位。"))


# ── the course itself ────────────────────────────────────────────────────────────────────────────


def create(values: Mapping[str, Any], *, owner: Organisation, by: Actor, at: datetime) -> Course:
    """A new course with its first version as a draft.

    `values` may hold the plain columns of the course (COURSE), its lists (tags, problems, offered_to), the promise of the version
    (PROMISE) and its audiences and equipment as codes. Raises NotYours and Invalid.
    """
    if not may_keep(by, owner, at):
        raise NotYours(_("您不能以这个单位的名义开课。"))
    district_id = owner.district_id
    if district_id is None:
        raise Invalid(_("课程要归一个区或区里的单位。"), field="owner_id")
    _check(values)
    _check_category(values, district_id)
    _check_corps(values, district_id)
    title = values["title"]
    course = Course(
        district_id=district_id, owner_id=owner.id, title=title, sort_key=text.sort_key(title)[:200], initials=text.initials(title)[:120],
        **_of(values, COURSE),
    )  # fmt: skip
    changes.begin(course, by=by, at=at)
    _set_lists(course, values)
    _begin_version(course, 1, values, by=by, at=at)
    keep_search(course)
    return course


def edit(course: Course, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Changes what makes no new version: category, series, offered_to, tags, problem words, whether it may be ordered singly."""
    _check_keeper(by, course, at)
    _check_category(
        {"category_id": course.category_id, "subcategory_id": course.subcategory_id, **values}, course.district_id
    )
    if values.get("corps_id") != course.corps_id:
        _check_corps(values, course.district_id)
    if version is not None:
        changes.check_version(course, version)
    changed = changes.edit(course, _of(values, COURSE), by=by, at=at)
    lists = _set_lists(course, values)
    if lists:
        changes.note(course, "edit", by=by, at=at, changed=lists)
        _touch(course)
    keep_search(course)
    if changed or lists:
        events.publish(CourseOffered(course.id), by=by, at=at)


def honour(course: Course, which: Honour, on: date | None, *, by: Actor, at: datetime, words: str = "") -> None:
    """Awards 精品课 or 金课 from a day, or takes it away (None): by approval, never by the person who made the course's version."""
    if not policy.honours(by, course):
        raise NotYours(_("精品课、金课由区里评定。"))
    current = queries.published_version(course.id)
    if current is None:
        raise IllegalAction(_("上架的课才能评定，请先上架。"))
    if by.person_id is not None and by.person_id in (current.made_by_id, queries.submitter_of(current)):
        raise SamePerson(_("自己写的课要由别人评定。"))
    changes.edit(course, {f"{which.value}_on": on}, by=by, at=at, action=f"honour_{which.value}", words=words)


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def new_version(course: Course, values: Mapping[str, Any], *, by: Actor, at: datetime) -> CourseVersion:
    """A draft that starts from the newest version with these values changed. One draft at a time."""
    _check_keeper(by, course, at)
    newest = queries.versions_of(course.id)[0]
    if newest.state in (State.DRAFT, State.IN_REVIEW):
        raise DraftExists(_("这门课已有一份没办完的新版本，请接着改那一份。"), version_id=newest.id)
    promise = {name: getattr(newest, name) for name in PROMISE}
    promise["audiences"] = [a.code for a in newest.audiences]
    promise["equipment"] = [e.code for e in newest.equipment]
    _check({**promise, **values})
    made = _begin_version(course, newest.number + 1, {**promise, **values}, by=by, at=at)
    keep_search(course)
    return made


def revise(
    draft: CourseVersion, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Changes a draft. Raises IllegalAction once it is in review or published."""
    course = db.session.get_one(Course, draft.course_id)
    _check_keeper(by, course, at)
    if draft.state is not State.DRAFT:
        raise IllegalAction(_("只有草稿可以改。已经上架的课要改内容，请做一个新版本。"))
    if version is not None:
        changes.check_version(draft, version)
    _check({**{name: getattr(draft, name) for name in PROMISE}, **values})
    changes.edit(draft, _of(values, PROMISE), by=by, at=at)
    choices = _set_choices(draft, values)
    if choices:
        changes.note(draft, "edit", by=by, at=at, changed=choices)
        _touch(draft)
    keep_search(course)


def correct(
    published: CourseVersion, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Mends typing errors in title, summary or outline without a new version. Raises TooDifferent when more than that changed."""
    course = db.session.get_one(Course, published.course_id)
    _check_keeper(by, course, at)
    if published.state is not State.PUBLISHED:
        raise IllegalAction(_("只有上架的版本需要更正，草稿请直接修改。"))
    wanted = {name: value for name, value in _of(values, CORRECTABLE).items() if value != getattr(published, name)}
    for name, value in wanted.items():
        if SequenceMatcher(None, getattr(published, name), value, autojunk=False).ratio() < LIKE:
            raise TooDifferent(_("改动超过了错别字的范围。请做一个新版本，旧单仍按旧版上课。"), field=name)
    _check({**{name: getattr(published, name) for name in PROMISE}, **wanted})
    changes.edit(published, wanted, by=by, at=at, version=version, action="correct")
    keep_search(course)


def submit(draft: CourseVersion, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Asks for approval. Somebody else gives it."""
    _check_keeper(by, db.session.get_one(Course, draft.course_id), at)
    changes.move(draft, NEXT, Action.SUBMIT, by=by, at=at, version=version)


def _check_approver(version: CourseVersion, by: Actor) -> Course:
    course = db.session.get_one(Course, version.course_id)
    if not policy.approves(by, _owner_of(course)):
        raise NotYours(_("这门课要由区管理员审批。"))
    if by.person_id is not None and by.person_id == queries.submitter_of(version):
        raise SamePerson(_("自己提交的课要由别人审批。"))
    return course


def send_back(waiting: CourseVersion, words: str, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Returns a submitted version with what should be changed."""
    _check_approver(waiting, by)
    if not words.strip():
        raise Invalid(_("请写明要改什么。"), field="words")
    changes.move(waiting, NEXT, Action.RETURN, by=by, at=at, version=version, words=words)


def publish(waiting: CourseVersion, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Puts a submitted version on the menu; the older one is withdrawn, and editions still open offer the newer."""
    course = _check_approver(waiting, by)
    if version is not None:
        changes.check_version(waiting, version)
    older = queries.published_version(course.id)
    if older is not None and (waiting.state, Action.PUBLISH) in NEXT:
        changes.move(older, NEXT, Action.WITHDRAW, by=by, at=at, code="newer_version")
    changes.move(waiting, NEXT, Action.PUBLISH, by=by, at=at)
    waiting.published_at = at
    db.session.flush()
    if older is not None:
        _carry_over(older, waiting, by=by, at=at)
    keep_search(course)
    events.publish(CoursePublished(course.id), by=by, at=at)


def withdraw(published: CourseVersion, words: str, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Takes a course off the menu. Orders already made keep their version. By its owner or whoever may approve it."""
    course = db.session.get_one(Course, published.course_id)
    if not policy.approves(by, _owner_of(course)):
        _check_keeper(by, course, at)
    if not words.strip():
        raise Invalid(_("请写明下架的原因。"), field="words")
    changes.move(published, NEXT, Action.WITHDRAW, by=by, at=at, version=version, words=words)
    keep_search(course)
    events.publish(CourseWithdrawn(course.id), by=by, at=at)


def _begin_version(course: Course, number: int, values: Mapping[str, Any], *, by: Actor, at: datetime) -> CourseVersion:
    made = CourseVersion(
        course_id=course.id, district_id=course.district_id, number=number, state=State.DRAFT, made_by_id=by.person_id, made_at=at,
        **_of(values, PROMISE),
    )  # fmt: skip
    changes.begin(made, by=by, at=at)
    _set_choices(made, values)
    return made


def _carry_over(older: CourseVersion, newer: CourseVersion, *, by: Actor, at: datetime) -> None:
    """Editions that can still be ordered from offer the newer version under the same limit; older items end."""
    day = clock.day_of(at)
    query = (
        sa.select(EditionItem, Edition)
        .join(EditionItem.edition)
        .where(
            EditionItem.course_version_id == older.id, EditionItem.ended_on.is_(None), Edition.ended_on.is_(None), Edition.order_until >= day
        )
        .order_by(EditionItem.id)
    )  # fmt: skip
    for item, edition in db.session.execute(query).all():
        item.ended_on = day
        db.session.add(
            EditionItem(
                edition_id=edition.id, course_id=newer.course_id, course_version_id=newer.id, limit=item.limit, position=item.position
            )
        )  # fmt: skip
        db.session.flush()
        changes.note(edition, "renew_item", by=by, at=at, subject="edition_item", subject_id=item.id)


# ── what the writes above share ──────────────────────────────────────────────────────────────────


def _check(values: Mapping[str, Any]) -> None:
    """What the database would refuse, said at its field."""
    if not str(values.get("title", "")).strip():
        raise Invalid(_("请填写课名。"), field="title")
    if values["size_max"] < values["size_min"]:
        raise Invalid(_("最多人数不能少于最少人数。"), field="size_max")
    if not (values.get("onsite", True) or values.get("venue", False) or values.get("online", False)):
        raise Invalid(_("至少选一种上课方式。"), field="modes")


def _check_category(values: Mapping[str, Any], district_id: int) -> None:
    category = db.session.get(Category, values["category_id"]) if values.get("category_id") else None
    if category is None or category.parent_id is not None:
        raise Invalid(_("请选一个大类。"), field="category_id")
    if values.get("subcategory_id"):
        sub = db.session.get(Category, values["subcategory_id"])
        if sub is None or sub.parent_id != category.id or sub.organisation_id != district_id:
            raise Invalid(_("这个小类不在所选大类之下，请重选。"), field="subcategory_id")


def _check_corps(values: Mapping[str, Any], district_id: int) -> None:
    """Only a corps of the district that still teaches: its leader is asked for a member of it."""
    if values.get("corps_id") is not None and values["corps_id"] not in bodies.CORPS(district_id):
        raise Invalid(_("区里没有这个宣讲团，或者它已经结束，请重选。"), field="corps_id")


def _set_lists(course: Course, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Replaces the named lists. Returns [old, new] of those that changed."""
    kept: tuple[tuple[str, Any, Any, Any], ...] = (
        ("tags", CourseTag, CourseTag.tag, "tag"),
        ("problems", CourseProblem, CourseProblem.words, "words"),
        ("offered_to", CourseOffer, CourseOffer.organisation_id, "organisation_id"),
    )
    changed: dict[str, list[Any]] = {}
    for name, model, column, attribute in kept:
        if name in values:
            new = sorted(set(values[name])) if name == "offered_to" else sorted(queries.squeezed(values[name]))
            changed |= _replace(
                name, model, column, model.course_id == course.id, {"course_id": course.id}, attribute, new
            )
    return changed


def _set_choices(version: CourseVersion, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    kept: tuple[tuple[str, Any, Any, str], ...] = (
        ("audiences", CourseVersionAudience, CourseVersionAudience.audience_code, "audience_code"),
        ("equipment", CourseVersionEquipment, CourseVersionEquipment.equipment_code, "equipment_code"),
    )
    changed: dict[str, list[Any]] = {}
    for name, model, column, attribute in kept:
        if name in values:
            mine, new = {"course_version_id": version.id}, sorted(set(values[name]))
            changed |= _replace(name, model, column, model.course_version_id == version.id, mine, attribute, new)
    if changed:
        db.session.expire(version, list(changed))
    return changed


def _touch(thing: Course | CourseVersion) -> None:
    """Only a list changed: the row's own version moves on all the same, so a page made before is stale."""
    flag_modified(thing, "title")


def _replace(
    name: str, model: Any, column: Any, mine: Any, fixed: Mapping[str, Any], attribute: str, new: list[Any]
) -> dict[str, list[Any]]:
    old = sorted(db.session.scalars(sa.select(column).where(mine)).all())
    if old == new:
        return {}
    gone = [value for value in old if value not in new]
    if gone:
        db.session.execute(
            sa.delete(model).where(mine, column.in_(gone)), execution_options={"synchronize_session": False}
        )
    fresh = [{**fixed, attribute: value} for value in new if value not in old]
    if fresh:
        db.session.execute(sa.insert(model), fresh)
    return {name: [old, new]}


def keep_search(course: Course) -> None:
    """The one place that fills title, sort key, initials, tokens and on_menu of a course from its published version, else its newest."""
    db.session.flush()
    versions = queries.versions_of(course.id)
    shown = next((v for v in versions if v.state is State.PUBLISHED), versions[0])
    words = [*queries.problems_of(course.id), *queries.tags_of(course.id), shown.summary]
    values = {
        "title": shown.title, "sort_key": text.sort_key(shown.title)[:200], "initials": text.initials(shown.title)[:120],
        "tokens": tokens_of(shown.title, words),
        "on_menu": shown.state is State.PUBLISHED and not course.restricted and not course.programme_only,
    }  # fmt: skip
    for name, value in values.items():
        if getattr(course, name) != value:
            setattr(course, name, value)
    db.session.flush()
