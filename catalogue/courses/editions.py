"""Every write of editions (每季菜单), and of the vocabularies that courses are described with."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalogue.core import changes, clock, events, text
from catalogue.core.actor import Actor
from catalogue.core.db import Base, db
from catalogue.core.errors import IllegalAction, Invalid
from catalogue.core.words import _
from catalogue.courses import policy, queries
from catalogue.courses.errors import NotYours
from catalogue.courses.events import EditionChanged
from catalogue.courses.models import Category, Course, CourseVersion, Edition, EditionItem, Series
from catalogue.courses.states import State
from catalogue.organisations.models import Organisation

DAYS = ("order_from", "order_until", "teach_from", "teach_until")


def _check_keeper(by: Actor, organisation: Organisation) -> None:
    if not policy.keeps_editions(by, organisation):
        raise NotYours(_("这一季菜单不归您管。"))


def _organisation_of(edition: Edition) -> Organisation:
    return db.session.get_one(Organisation, edition.organisation_id)


def _check(values: Mapping[str, Any]) -> None:
    if values["order_until"] < values["order_from"]:
        raise Invalid(_("点单截止不能早于点单开始。"), field="order_until")
    if values["teach_until"] < values["teach_from"]:
        raise Invalid(_("上课结束不能早于上课开始。"), field="teach_until")
    if values["teach_until"] < values["order_from"]:
        raise Invalid(_("上课结束不能早于点单开始。"), field="teach_until")


def _check_name(name: str, organisation_id: int, own_id: int | None = None) -> None:
    same = sa.select(Edition.id).where(
        Edition.organisation_id == organisation_id, Edition.name == name, Edition.id != (own_id or 0)
    )
    if db.session.scalar(same) is not None:
        raise Invalid(_("已有同名的一季菜单，请换个名称。"), field="name")


def create(organisation: Organisation, name: str, days: Mapping[str, date], *, by: Actor, at: datetime) -> Edition:
    """A new edition of a district or town, not yet published. `days`: order_from, order_until, teach_from, teach_until."""
    _check_keeper(by, organisation)
    if not policy.may_have_edition(organisation) or organisation.district_id is None:
        raise Invalid(_("只有区和街镇可以有每季菜单。"), field="organisation_id")
    _check(days)
    _check_name(name, organisation.id)
    edition = Edition(
        organisation_id=organisation.id,
        district_id=organisation.district_id,
        name=name,
        **{day: days[day] for day in DAYS},
    )
    changes.begin(edition, by=by, at=at)
    return edition


def edit(edition: Edition, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Changes name or days. Orders already made keep their item; promised dates do not move."""
    _check_keeper(by, _organisation_of(edition))
    _check_open(edition)
    wanted = {name: values[name] for name in ("name", *DAYS) if name in values}
    _check({**{day: getattr(edition, day) for day in DAYS}, **wanted})
    if "name" in wanted:
        _check_name(wanted["name"], edition.organisation_id, edition.id)
    if changes.edit(edition, wanted, by=by, at=at, version=version):
        events.publish(EditionChanged(edition.id), by=by, at=at)


def publish(edition: Edition, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Shows the edition; one may order from it from its first order day."""
    _check_keeper(by, _organisation_of(edition))
    _check_open(edition)
    if edition.published_on is not None:
        raise IllegalAction(_("这一季已经发布了。"))
    if not db.session.scalar(_count(edition)):
        raise IllegalAction(_("这一季还没有课，请先加课再发布。"))
    changes.edit(edition, {"published_on": clock.day_of(at)}, by=by, at=at, version=version, action="publish")
    events.publish(EditionChanged(edition.id), by=by, at=at)


def end(edition: Edition, *, by: Actor, at: datetime, version: int | None = None, words: str = "") -> None:
    """No more orders from this edition. Those made stay."""
    _check_keeper(by, _organisation_of(edition))
    _check_open(edition)
    changes.edit(edition, {"ended_on": clock.day_of(at)}, by=by, at=at, version=version, action="end", words=words)
    events.publish(EditionChanged(edition.id), by=by, at=at)


def _check_open(edition: Edition) -> None:
    if edition.ended_on is not None:
        raise IllegalAction(_("这一季已经结束，不能再改。"))


def _count(edition: Edition) -> sa.Select[int]:
    return sa.select(sa.func.count()).where(EditionItem.edition_id == edition.id, EditionItem.ended_on.is_(None))


def _check_limit(limit: int | None) -> None:
    if limit is not None and not 1 <= limit <= 1000:
        raise Invalid(_("场数上限请填 1 到 1000，不限就空着。"), field="limit")


def add_item(
    edition: Edition, version: CourseVersion, *, by: Actor, at: datetime, limit: int | None = None
) -> EditionItem:
    """Puts a published course version on the edition; one that was taken off comes back."""
    _check_keeper(by, _organisation_of(edition))
    _check_open(edition)
    _check_limit(limit)
    if version.state is not State.PUBLISHED or version.district_id != edition.district_id:
        raise Invalid(_("只有本区上架的课才能放进菜单。"), field="course_id")
    found = db.session.scalars(
        sa.select(EditionItem).where(EditionItem.edition_id == edition.id, EditionItem.course_version_id == version.id)
    ).one_or_none()
    if found is not None and found.ended_on is None:
        return found
    item = found or EditionItem(edition_id=edition.id, course_id=version.course_id, course_version_id=version.id)
    item.limit, item.ended_on = limit, None
    db.session.add(item)
    db.session.flush()
    changes.note(
        edition, "add_item", by=by, at=at, subject="edition_item", subject_id=item.id, changed={"limit": [None, limit]}
    )
    events.publish(EditionChanged(edition.id), by=by, at=at)
    return item


def limit_item(edition: Edition, item: EditionItem, limit: int | None, *, by: Actor, at: datetime) -> None:
    """Changes how many lessons of a course the edition allows (None: any number)."""
    _check_keeper(by, _organisation_of(edition))
    _check_open(edition)
    _check_limit(limit)
    if item.limit != limit:
        was, item.limit = item.limit, limit
        db.session.flush()
        changes.note(
            edition,
            "limit_item",
            by=by,
            at=at,
            subject="edition_item",
            subject_id=item.id,
            changed={"limit": [was, limit]},
        )


def end_item(edition: Edition, item: EditionItem, *, by: Actor, at: datetime) -> None:
    """Takes a course off the edition. Orders already made stay."""
    _check_keeper(by, _organisation_of(edition))
    _check_open(edition)
    if item.ended_on is None:
        item.ended_on = clock.day_of(at)
        db.session.flush()
        changes.note(edition, "end_item", by=by, at=at, subject="edition_item", subject_id=item.id)
        events.publish(EditionChanged(edition.id), by=by, at=at)


def copy_items(edition: Edition, earlier: Edition, *, by: Actor, at: datetime) -> int:
    """Takes over every course of an earlier edition that is still published, in its published version with its limit. Returns how many."""
    _check_keeper(by, _organisation_of(edition))
    _check_open(edition)
    if earlier.organisation_id != edition.organisation_id:
        raise Invalid(_("只能从同一单位的菜单复制。"), field="earlier_id")
    there = sa.select(EditionItem.course_version_id).where(EditionItem.edition_id == edition.id)
    query = (
        sa.select(EditionItem.course_id, CourseVersion.id, EditionItem.limit, EditionItem.position)
        .join(
            CourseVersion,
            sa.and_(CourseVersion.course_id == EditionItem.course_id, CourseVersion.state == State.PUBLISHED),
        )
        .where(EditionItem.edition_id == earlier.id, EditionItem.ended_on.is_(None), CourseVersion.id.not_in(there))
        .order_by(EditionItem.id)
    )
    rows = [
        {
            "edition_id": edition.id,
            "course_id": course,
            "course_version_id": version,
            "limit": limit,
            "position": position,
        }
        for course, version, limit, position in db.session.execute(query)
    ]
    if rows:
        db.session.execute(sa.insert(EditionItem), rows)
        changes.note(
            edition,
            "copy_items",
            by=by,
            at=at,
            subject="edition",
            subject_id=earlier.id,
            changed={"items": [0, len(rows)]},
        )
        events.publish(EditionChanged(edition.id), by=by, at=at)
    return len(rows)


def add_all(edition: Edition, *, by: Actor, at: datetime) -> int:
    """Puts every published, singly orderable course of the district on the edition. Returns how many were added."""
    _check_keeper(by, _organisation_of(edition))
    _check_open(edition)
    there = sa.select(EditionItem.course_version_id).where(EditionItem.edition_id == edition.id)
    query = (
        sa.select(Course.id, CourseVersion.id)
        .join(CourseVersion, sa.and_(CourseVersion.course_id == Course.id, CourseVersion.state == State.PUBLISHED))
        .where(
            Course.district_id == edition.district_id, Course.orderable, sa.not_(Course.programme_only), CourseVersion.id.not_in(there)
        )
        .order_by(Course.id)
    )  # fmt: skip
    rows = [
        {"edition_id": edition.id, "course_id": course, "course_version_id": version, "position": 0}
        for course, version in db.session.execute(query)
    ]
    if rows:
        db.session.execute(sa.insert(EditionItem), rows)
        changes.note(edition, "add_all", by=by, at=at, changed={"items": [0, len(rows)]})
        events.publish(EditionChanged(edition.id), by=by, at=at)
    return len(rows)


# ── vocabularies: what is said in them is recorded with the district of whoever says it ──────────


def _district_of(by: Actor) -> Organisation:
    if not policy.keeps_words(by):
        raise NotYours(_("词表由区管理员维护。"))
    held = [m.organisation_id for m in by.memberships if by.districts() and m.organisation_id in by.districts()]
    query = (
        sa.select(Organisation).where(Organisation.id.in_(held))
        if held
        else sa.select(Organisation).where(Organisation.district_id == Organisation.id)
    )
    return db.session.scalars(query.order_by(Organisation.id)).first()  # type: ignore[return-value]  # a district exists before its words


def add_word(kind: str, label: str, *, by: Actor, at: datetime, code: str = "") -> Base:
    """A new entry of forms, audiences or equipment, last in its order."""
    district = _district_of(by)
    model = queries.VOCABULARIES[kind]
    _check_label(sa.select(model.code).where(model.label == label))
    last = db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(model.position), 0))) or 0
    entry: Base = model(code=code or _free_code(model, label), label=label, position=last + 1)
    db.session.add(entry)
    db.session.flush()
    changes.note(district, "add_word", by=by, at=at, subject=model.__tablename__, changed={"label": ["", label]})
    return entry


def rename_word(kind: str, code: str, label: str, *, by: Actor, at: datetime) -> None:
    """Gives an entry another label; everything described with it shows the new one."""
    district = _district_of(by)
    model = queries.VOCABULARIES[kind]
    entry = db.session.get_one(model, code)
    _check_label(sa.select(model.code).where(model.label == label, model.code != code))
    if entry.label != label:
        was, entry.label = entry.label, label
        db.session.flush()
        changes.note(
            district, "rename_word", by=by, at=at, subject=model.__tablename__, changed={"label": [was, label]}
        )


def end_word(kind: str, code: str, *, by: Actor, at: datetime, again: bool = False) -> None:
    """Takes an entry out of the choices (courses that have it keep it), or brings it back."""
    district = _district_of(by)
    model = queries.VOCABULARIES[kind]
    entry = db.session.get_one(model, code)
    ended = None if again else clock.day_of(at)
    if (entry.ended_on is None) != (ended is None):
        entry.ended_on = ended
        db.session.flush()
        action = "restore_word" if again else "end_word"
        changes.note(
            district, action, by=by, at=at, subject=model.__tablename__, changed={"label": [entry.label, entry.label]}
        )


def _check_label(same: sa.Select[Any]) -> None:
    if db.session.scalar(same) is not None:
        raise Invalid(_("已有这个词，请换一个。"), field="label")


def _free_code(model: Any, label: str) -> str:
    base = (text.initials(label) or "x")[:20]
    taken = set(db.session.scalars(sa.select(model.code).where(model.code.like(f"{base}%"))))
    return base if base not in taken else next(f"{base}{n}" for n in range(2, 1000) if f"{base}{n}" not in taken)


def add_subcategory(parent: Category, label: str, *, by: Actor, at: datetime) -> Category:
    """A district's own sub-category below one of the four."""
    district = _district_of(by)
    if parent.parent_id is not None:
        raise Invalid(_("小类只能挂在大类下面。"), field="parent_id")
    _check_label(sa.select(Category.id).where(Category.organisation_id == district.id, Category.label == label))
    last = (
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.max(Category.position), 0)).where(Category.parent_id == parent.id)
        )
        or 0
    )
    made = Category(label=label, parent_id=parent.id, organisation_id=district.id, position=last + 1)
    db.session.add(made)
    db.session.flush()
    changes.note(
        district, "add_word", by=by, at=at, subject="category", subject_id=made.id, changed={"label": ["", label]}
    )
    return made


def add_series(name: str, *, by: Actor, at: datetime) -> Series:
    """A named series of courses in the actor's district."""
    district = _district_of(by)
    _check_label(sa.select(Series.id).where(Series.district_id == district.id, Series.name == name))
    made = Series(district_id=district.id, name=name)
    db.session.add(made)
    db.session.flush()
    changes.note(
        district, "add_word", by=by, at=at, subject="series", subject_id=made.id, changed={"label": ["", name]}
    )
    return made


def rename_own(entry: Category | Series, label: str, *, by: Actor, at: datetime) -> None:
    """Renames a sub-category or series of the actor's district."""
    district = _district_of(by)
    _check_own(entry, district)
    name = "label" if isinstance(entry, Category) else "name"
    was = getattr(entry, name)
    if was != label:
        setattr(entry, name, label)
        db.session.flush()
        changes.note(
            district,
            "rename_word",
            by=by,
            at=at,
            subject=entry.__tablename__,
            subject_id=entry.id,
            changed={"label": [was, label]},
        )


def end_own(entry: Category | Series, *, by: Actor, at: datetime, again: bool = False) -> None:
    """Takes a sub-category or series out of the choices, or brings it back."""
    district = _district_of(by)
    _check_own(entry, district)
    entry.ended_on = None if again else clock.day_of(at)
    db.session.flush()
    changes.note(
        district,
        "restore_word" if again else "end_word",
        by=by,
        at=at,
        subject=entry.__tablename__,
        subject_id=entry.id,
    )


def _check_own(entry: Category | Series, district: Organisation) -> None:
    owner = entry.organisation_id if isinstance(entry, Category) else entry.district_id
    if owner != district.id:
        raise NotYours(_("这个词不归您的区管。"))
