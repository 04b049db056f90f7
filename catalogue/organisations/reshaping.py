"""Names, kinds and parents over time; merge, split and end. Identities are never reused, and what was true on a past day stays true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.core import changes, clock, events
from catalogue.core.actor import Actor, Level
from catalogue.core.db import db, lock
from catalogue.core.entry import words
from catalogue.core.errors import Invalid
from catalogue.core.text import initials, sort_key
from catalogue.core.wording import day_text
from catalogue.core.words import _
from catalogue.organisations import inheritance, policy, reach
from catalogue.organisations.errors import Ended, StillInUse, WrongDay, WrongParent
from catalogue.organisations.events import OrganisationEnded, OrganisationMoved, OrganisationsMerged
from catalogue.organisations.models import (
    Organisation,
    OrganisationAlias,
    OrganisationLink,
    OrganisationName,
    OrganisationPlace,
)
from catalogue.organisations.operations import alive, check_name, check_parent, create, has_alias, level_of, require

DAY = timedelta(days=1)
CALL_OFF = {"name": "call_off_name", "place": "call_off_place"}
AHEAD = timedelta(days=731)  # how long before its day a change may be dated


# ── dated names, kinds, parents ───────────────────────────────────────────────────────────────────


def _last(model: type[Any], organisation_id: int) -> Any:
    return db.session.scalars(
        sa.select(model).where(model.organisation_id == organisation_id).order_by(model.valid_from.desc()).limit(1)
    ).one()


def _date_from(last: Any, day: date, at: datetime, **values: Any) -> Any:
    """From this day on the dated row says something new: a fresh row, or the last one corrected when it began that very day."""
    today = clock.day_of(at)
    if day > today + AHEAD:
        raise WrongDay(_("最多提前两年定，请核对年份。"), field="on")
    if day < last.valid_from:
        said = day_text(last.valid_from, today)
        if last.valid_from > today:
            raise WrongDay(_("已经定好 %(day)s起改一次。请先在单位页上取消那一次，再定新的。", day=said), field="on")
        raise WrongDay(_("%(day)s已经改过一次了，请填那天或更晚。", day=said), field="on")
    if day == last.valid_from:
        for name, value in values.items():
            setattr(last, name, value)
        return last
    kept = {c: getattr(last, c) for c in ("name", "short_name", "parent_id", "kind") if hasattr(last, c)}
    last.valid_until = day - DAY
    fresh = type(last)(organisation_id=last.organisation_id, valid_from=day, valid_until=None, **{**kept, **values})
    db.session.add(fresh)
    return fresh


def rename(
    organisation: Organisation, name: str, *, on: date, by: Actor, at: datetime, version: int | None = None, short_name: str = "",
    keep_as_alias: bool = True,
) -> None:  # fmt: skip
    """Another name from a day on; past pages keep saying the old one, which stays an alias. Raises NotYours, Ended, NameTaken, WrongDay, Stale."""
    require(policy.may_reshape(by, organisation))
    alive(organisation, on)
    name, short_name, old = words(name, 60, field="name"), words(short_name, 30, field="short_name"), organisation.name
    check_name(name, organisation.parent_id, but=[organisation.id])
    if version is not None:
        changes.check_version(organisation, version)
    dated = _date_from(_last(OrganisationName, organisation.id), on, at, name=name, short_name=short_name)
    if on <= clock.day_of(at):
        _take_name(organisation, dated, by=by, at=at)
    else:
        changes.note(organisation, "rename_later", by=by, at=at, changed={"name": [old, name], "on": str(on)})
    if keep_as_alias and old != name and not has_alias(organisation.id, old):
        db.session.add(OrganisationAlias(organisation_id=organisation.id, alias=old))


def _take_name(organisation: Organisation, dated: Any, *, by: Actor, at: datetime) -> None:
    name = dated.name
    values = {
        "name": name,
        "short_name": dated.short_name,
        "sort_key": sort_key(name)[:200],
        "initials": initials(name)[:60],
    }
    if dated.valid_from > organisation.started_on:  # else its first name was put right: there is no earlier one
        organisation.renamed_on = dated.valid_from
    changes.edit(organisation, values, by=by, at=at, action="rename")


def set_kind(
    organisation: Organisation, kind: str, *, on: date, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Another kind of the same level from a day on (村 → 居民区). Raises NotYours, Ended, Invalid, WrongDay, Stale."""
    require(policy.may_reshape(by, organisation))
    alive(organisation, on)
    if level_of(kind) is not organisation.level:
        raise Invalid(_("只能改成同一级的种类。"), field="kind")
    if version is not None:
        changes.check_version(organisation, version)
    _date_from(_last(OrganisationPlace, organisation.id), on, at, kind=kind)
    if on <= clock.day_of(at):
        changes.edit(organisation, {"kind": kind}, by=by, at=at, action="set_kind")
    else:
        changes.note(
            organisation, "set_kind_later", by=by, at=at, changed={"kind": [organisation.kind, kind], "on": str(on)}
        )


def move(
    organisation: Organisation, parent: Organisation, *, on: date, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Under another parent from a day on, with everything below. Orders of the past keep their town and district.

    Raises NotYours (either side), Ended, WrongParent (level, or a parent that lies below it), WrongDay, Stale.
    """
    require(policy.may_reshape(by, organisation) and policy.may_create_below(by, parent))
    alive(organisation, on)
    alive(parent, on)
    check_parent(organisation.level, parent)
    _refuse_below([organisation.id], parent)
    check_name(organisation.name, parent.id, but=[organisation.id])
    if version is not None:
        changes.check_version(organisation, version)
    _date_from(_last(OrganisationPlace, organisation.id), on, at, parent_id=parent.id)
    if on <= clock.day_of(at):
        _take_parent(organisation, parent, by=by, at=at)
    else:
        changes.note(
            organisation, "move_later", by=by, at=at,
            changed={"parent_id": [organisation.parent_id, parent.id], "on": str(on)},
        )  # fmt: skip


def _refuse_below(ids: Sequence[int], parent: Organisation) -> None:
    up = reach.arrows()
    if not reach.above(parent.id, up).isdisjoint(ids):
        raise WrongParent(_("不能放到自己的下级里去。"), field="parent")


def _take_parent(organisation: Organisation, parent: Organisation, *, by: Actor, at: datetime) -> None:
    changes.edit(organisation, {"parent_id": parent.id}, by=by, at=at, action="move")
    reach.renew([organisation.id])
    _settle_places(organisation, parent)
    events.publish(OrganisationMoved(organisation.id), by=by, at=at)


def _settle_places(organisation: Organisation, parent: Organisation) -> None:
    """Town and district of the moved organisation and of everything that hangs below it today."""
    if organisation.level is not Level.DISTRICT:
        organisation.district_id = parent.district_id
    if organisation.level not in (Level.TOWN, Level.DISTRICT):
        organisation.town_id = parent.town_id
    db.session.flush()
    children = db.session.scalars(sa.select(Organisation).where(Organisation.parent_id == organisation.id)).all()
    for child in children:
        _settle_places(child, organisation)


def call_off(organisation: Organisation, what: str, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Takes back the last change of the "name" or "place" (kind, parent) that was dated for a day to come. Raises NotYours, Invalid, Stale."""
    require(policy.may_reshape(by, organisation))
    if version is not None:
        changes.check_version(organisation, version)
    model: Any = {"name": OrganisationName, "place": OrganisationPlace}[what]
    planned = _last(model, organisation.id)
    if planned.valid_from <= clock.day_of(at):
        raise Invalid(_("没有定好还没到的变动，可能已经取消或者起用了。"))
    changes.note(organisation, CALL_OFF[what], by=by, at=at, changed={"on": str(planned.valid_from)})
    _drop(planned)


def _drop(planned: Any) -> None:
    """A change to come is forgotten, and what was to end the day before goes on."""
    db.session.delete(planned)
    db.session.flush()
    _last(type(planned), planned.organisation_id).valid_until = planned.valid_until
    db.session.flush()


def settle(day: date, *, by: Actor, at: datetime) -> int:
    """Puts in force what was dated for this day (names, kinds, parents); returns how many. Run each minute, changes nothing twice."""
    done = 0
    for model, take in ((OrganisationName, _settle_name), (OrganisationPlace, _settle_place)):
        differs = (
            sa.or_(OrganisationName.name != Organisation.name, OrganisationName.short_name != Organisation.short_name)
            if model is OrganisationName
            else sa.or_(
                OrganisationPlace.kind != Organisation.kind,
                sa.func.coalesce(OrganisationPlace.parent_id, 0) != sa.func.coalesce(Organisation.parent_id, 0),
            )
        )
        query = (
            sa.select(model, Organisation)
            .join(Organisation, Organisation.id == model.organisation_id)
            .where(
                model.valid_from <= day,
                sa.or_(model.valid_until.is_(None), model.valid_until >= day),
                Organisation.ended_on.is_(None),
                differs,
            )
            .order_by(Organisation.id)
        )
        for dated, organisation in db.session.execute(query).all():
            take(dated, organisation, by=by, at=at)
            done += 1
    return done


def _settle_name(dated: Any, organisation: Organisation, *, by: Actor, at: datetime) -> None:
    _take_name(organisation, dated, by=by, at=at)


def _settle_place(dated: Any, organisation: Organisation, *, by: Actor, at: datetime) -> None:
    changes.edit(organisation, {"kind": dated.kind}, by=by, at=at, action="set_kind")
    if dated.parent_id is not None and dated.parent_id != organisation.parent_id:
        _take_parent(organisation, db.session.get_one(Organisation, dated.parent_id), by=by, at=at)


# ── merge, split, end ─────────────────────────────────────────────────────────────────────────────


def merge(
    organisations: Sequence[Organisation],
    *,
    name: str,
    kind: str,
    parent: Organisation,
    on: date,
    by: Actor,
    at: datetime,
    short_name: str = "",
) -> Organisation:
    """Two or more identities end the day before and go on as a new one, which sees their past. What stood below them moves under it.

    It takes over their names and other spellings as its own, their types of community and their groupings; features to the
    right hand over people and venues.

    Raises NotYours, Ended, WrongDay, WrongParent, NameTaken, Invalid.
    """
    if len({o.id for o in organisations}) < 2:
        raise Invalid(_("合并至少要选两个单位。"), field="organisations")
    _check_ending(organisations, on, by, at)
    _refuse_below([o.id for o in organisations], parent)
    for one in organisations:
        _end(one, on - DAY, by=by, at=at, action="merge")
    successor = _successor(organisations, name, kind, parent, on, by=by, at=at, how="merge", short_name=short_name)
    inheritance.take_over(organisations, successor, on, by=by, at=at)
    for one in organisations:
        _hand_children(one, successor, on, by=by, at=at)
    reach.renew([*(o.id for o in organisations), successor.id])
    events.publish(OrganisationsMerged(tuple(o.id for o in organisations), successor.id), by=by, at=at)
    return successor


@dataclass(frozen=True)
class Part:
    """One of the organisations a split makes."""

    name: str
    kind: str


def split(
    organisation: Organisation, parts: Sequence[Part], *, on: date, by: Actor, at: datetime
) -> tuple[Organisation, ...]:
    """One identity ends the day before and goes on as several under the same parent, each of which sees its past.

    What stood below it must have been moved before. Raises NotYours, Ended, WrongDay, StillInUse, NameTaken, Invalid.
    """
    if len(parts) < 2:
        raise Invalid(_("拆分至少要填两个新单位。"), field="parts")
    _check_ending([organisation], on, by, at)
    _refuse_children(organisation)
    parent = db.session.get_one(Organisation, organisation.parent_id)
    _end(organisation, on - DAY, by=by, at=at, action="split")
    made = tuple(
        _successor([organisation], part.name, part.kind, parent, on, by=by, at=at, how="split") for part in parts
    )
    reach.renew([organisation.id, *(o.id for o in made)])
    events.publish(OrganisationEnded(organisation.id), by=by, at=at)
    return made


def end(
    organisation: Organisation, *, on: date, by: Actor, at: datetime, version: int | None = None, reason: str = ""
) -> None:
    """The last day of an identity without a successor. Raises NotYours, Ended, WrongDay, StillInUse (something stands below it), Stale."""
    _check_ending([organisation], on + DAY, by, at, later=True)
    _refuse_children(organisation)
    if version is not None:
        changes.check_version(organisation, version)
    _end(organisation, on, by=by, at=at, action="end", reason=reason)
    events.publish(OrganisationEnded(organisation.id), by=by, at=at)


def _check_ending(
    organisations: Sequence[Organisation], on: date, by: Actor, at: datetime, *, later: bool = False
) -> None:
    lock(Organisation, [o.id for o in organisations])
    for one in organisations:
        require(policy.may_reshape(by, one))
        if one.ended_on is not None:
            raise Ended(_("“%(name)s”已经撤销了。", name=one.name))
        if on <= one.started_on:
            raise WrongDay(_("要在“%(name)s”成立（%(day)s）以后。", name=one.name, day=one.started_on), field="on")
        if one.parent_id is None:
            raise WrongParent(_("最上面的单位不能合并、拆分或撤销。"), field="organisations")
    if len({o.level for o in organisations}) > 1:
        raise WrongParent(_("只能合并同一级的单位。"), field="organisations")
    if not later and on > clock.day_of(at):
        raise WrongDay(_("还没到这一天。合并和拆分请到当天再办。"), field="on")


def _refuse_children(organisation: Organisation) -> None:
    below = sa.select(Organisation.name).where(
        Organisation.parent_id == organisation.id, Organisation.ended_on.is_(None)
    )
    found = db.session.scalars(below.order_by(Organisation.sort_key).limit(1)).first()
    if found is not None:
        raise StillInUse(_("下面还有“%(name)s”等单位，请先移到别处。", name=found))


def _end(organisation: Organisation, last_day: date, *, by: Actor, at: datetime, action: str, reason: str = "") -> None:
    changes.edit(organisation, {"ended_on": last_day}, by=by, at=at, action=action, words=reason)
    for model in (OrganisationName, OrganisationPlace):
        while (last := _last(model, organisation.id)).valid_from > max(last_day, clock.day_of(at)):
            _drop(last)  # what was dated for later will not be
        if isinstance(last, OrganisationName) and last.valid_from > last_day:
            last = _forget_name(organisation, last, by=by, at=at)
        if last.valid_until is None and last.valid_from <= last_day:
            last.valid_until = last_day


def _forget_name(organisation: Organisation, dated: OrganisationName, *, by: Actor, at: datetime) -> OrganisationName:
    """A name that would have begun after the last day held for no day: the one before it was the last. Found by it stays."""
    if not has_alias(organisation.id, dated.name):
        db.session.add(OrganisationAlias(organisation_id=organisation.id, alias=dated.name))
    _drop(dated)
    before: OrganisationName = _last(OrganisationName, organisation.id)
    organisation.renamed_on = None
    _take_name(organisation, before, by=by, at=at)
    return before


def _successor(
    predecessors: Sequence[Organisation], name: str, kind: str, parent: Organisation, on: date, *, by: Actor, at: datetime, how: str,
    short_name: str = "",
) -> Organisation:  # fmt: skip
    if level_of(kind) is not predecessors[0].level:
        raise Invalid(_("新单位要和原来的同一级。"), field="kind")
    first = predecessors[0]
    prefix = first.number_prefix
    if prefix:  # a district's letters go on with its successor; its old numbers keep them
        first.number_prefix = ""
        db.session.flush()
    made = create(
        parent=parent, kind=kind, name=name, by=by, at=at, on=on, short_name=short_name, number_prefix=prefix, address=first.address,
        telephone=first.telephone, latitude=first.latitude, longitude=first.longitude,
    )  # fmt: skip
    for one in predecessors:
        _link(one.id, made.id, how, on)
        changes.note(one, f"{how}_into", by=by, at=at, subject="organisation", subject_id=made.id)
        if one.name != made.name and not has_alias(made.id, one.name):
            db.session.add(OrganisationAlias(organisation_id=made.id, alias=one.name))
            db.session.flush()
    return made


def _link(predecessor_id: int, successor_id: int, how: str, on: date) -> None:
    """Predecessor → successor; those who came before the predecessor lead to the successor too, so one step finds the whole past."""
    before = db.session.scalars(
        sa.select(OrganisationLink.predecessor_id).where(OrganisationLink.successor_id == predecessor_id)
    ).all()
    known = set(
        db.session.scalars(
            sa.select(OrganisationLink.predecessor_id).where(OrganisationLink.successor_id == successor_id)
        )
    )
    rows = [
        (predecessor_id, how),
        *((earlier, "earlier") for earlier in before if earlier not in known and earlier != predecessor_id),
    ]
    for one, word in rows:
        db.session.add(OrganisationLink(predecessor_id=one, successor_id=successor_id, how=word, on=on))
    db.session.flush()


def _hand_children(old: Organisation, successor: Organisation, on: date, *, by: Actor, at: datetime) -> None:
    children = db.session.scalars(
        sa.select(Organisation).where(
            Organisation.parent_id == old.id, Organisation.ended_on.is_(None), Organisation.id != successor.id
        )
    ).all()
    db.session.execute(  # what is dated under the old one for later will stand under the new one
        sa.update(OrganisationPlace)
        .where(OrganisationPlace.parent_id == old.id, OrganisationPlace.valid_from >= on)
        .values(parent_id=successor.id)
    )
    for child in children:
        _rehang(child, old, successor, on)
        _take_parent(child, successor, by=by, at=at)


def _rehang(child: Organisation, old: Organisation, successor: Organisation, on: date) -> None:
    """The dated row of a child that is in force on a day ends there, and one under the successor goes on."""
    row = db.session.scalars(
        sa.select(OrganisationPlace).where(
            OrganisationPlace.organisation_id == child.id, OrganisationPlace.parent_id == old.id, OrganisationPlace.valid_from < on,
            sa.or_(OrganisationPlace.valid_until.is_(None), OrganisationPlace.valid_until >= on),
        )
    ).first()  # fmt: skip
    if row is None:
        return
    until, row.valid_until = row.valid_until, on - DAY
    db.session.add(
        OrganisationPlace(
            organisation_id=child.id, parent_id=successor.id, kind=row.kind, valid_from=on, valid_until=until
        )
    )
    db.session.flush()
