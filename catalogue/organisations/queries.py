"""Who sees what (scope), the tree, and the settings in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.core.db import Base, db, run
from catalogue.core.errors import NotAllowed, NotVisible
from catalogue.core.text import tokens
from catalogue.core.words import _
from catalogue.organisations.models import (
    Organisation,
    OrganisationAlias,
    OrganisationKind,
    OrganisationLink,
    OrganisationName,
    OrganisationPlace,
    OrganisationReach,
    Setting,
)
from catalogue.organisations.settings import SETTINGS

T = TypeVar("T", bound=Base)

SEES_ROWS = frozenset(
    {Role.ORDERER, Role.TOWN_ADMINISTRATOR, Role.DISPATCHER, Role.APPROVER, Role.DISTRICT_ADMINISTRATOR}
)
"""Roles whose place in the tree opens business rows. The others see what is theirs (lecturer, corps leader), the audit, or figures."""


def in_scope(by: Actor, model: Any, *roles: Role) -> sa.ColumnElement[bool]:
    """The condition that keeps a query on a scoped model inside what this actor may see, through these roles (SEES_ROWS if none is named).

    A committee sees its own rows and its predecessors'; a town what belonged to it when made, and everything of the
    organisations below it today; a district its rows; the city all. Jobs see all. Raises NotAllowed without any scope.
    """
    if by.kind is Kind.JOB:
        return sa.true()
    held = [m for m in by.memberships if m.role in (roles or SEES_ROWS)]
    if not held:
        raise NotAllowed(_("您的岗位看不到这些内容。"))
    if any(m.level is Level.CITY for m in held):
        return sa.true()
    ways: list[sa.ColumnElement[bool]] = []
    districts = sorted({i for m in held if m.level is Level.DISTRICT for i in m.reach})
    towns = sorted({i for m in held if m.level is Level.TOWN for i in m.reach})
    others = sorted({i for m in held if m.level in (Level.COMMITTEE, Level.UNIT) for i in m.reach})
    if districts:
        ways.append(_among(model.district_id, districts))
    if towns:
        below = sa.select(OrganisationReach.descendant_id).where(_among(OrganisationReach.ancestor_id, towns))
        ways += [_among(model.town_id, towns), model.organisation_id.in_(below)]
    if others:
        below = sa.select(OrganisationReach.descendant_id).where(_among(OrganisationReach.ancestor_id, others))
        ways.append(
            _among(model.organisation_id, others)
            if all(m.level is Level.COMMITTEE for m in held)
            else model.organisation_id.in_(below)
        )
    return sa.or_(*ways)


def _among(column: Any, ids: list[int]) -> sa.ColumnElement[bool]:
    """Most people have one place: `=` then, because a list is spelled out anew each time its statement runs."""
    among: sa.ColumnElement[bool] = column == ids[0] if len(ids) == 1 else column.in_(ids)
    return among


def visible_to(by: Actor, model: type[T], *roles: Role) -> sa.Select[T]:
    """The base query of a scoped model for this actor: every read starts here."""
    return sa.select(model).where(in_scope(by, model, *roles))


def one(query: sa.Select[T], known: dict[str, Any] | None = None) -> T:
    """The single row of a scoped query, with the values of its parameters. Raises NotVisible, so a foreign object and a missing one answer alike."""
    found = db.session.scalars(query, known).unique().one_or_none()
    if found is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return found


def below(organisation_id: int) -> sa.Select[int]:
    """Ids of an organisation, everything under it today, and their predecessors."""
    return sa.select(OrganisationReach.descendant_id).where(OrganisationReach.ancestor_id == organisation_id)


def heirs(organisation_id: Any) -> sa.Select[Any]:
    """Ids of those who went on from an organisation that merged or was split, near and far (an id or a parameter)."""
    return sa.select(OrganisationLink.successor_id).where(OrganisationLink.predecessor_id == organisation_id)


def chain_of(organisation: Organisation) -> tuple[int, ...]:
    """The organisation and everything above it today, nearest first."""
    ids = [organisation.id]
    parent = organisation.parent_id
    while parent is not None and parent not in ids:
        ids.append(parent)
        parent = db.session.scalar(sa.select(Organisation.parent_id).where(Organisation.id == parent))
    return tuple(ids)


_SETTINGS_OF = (
    sa.select(Setting.name, Setting.organisation_id, Setting.value, Setting.valid_from)
    .where(
        Setting.organisation_id.in_(sa.bindparam("chain", expanding=True)), Setting.valid_from <= sa.bindparam("day")
    )
    .order_by(Setting.valid_from)
)


def settings_of(chain: Sequence[int], day: date) -> dict[str, int]:
    """All settings in force on a day for an organisation given as its chain (nearest first): the nearest dated value wins, else the default."""
    return _in_force(db.session.execute(_SETTINGS_OF, {"chain": list(chain), "day": day}), chain)


def _in_force(rows: Iterable[Any], chain: Sequence[int]) -> dict[str, int]:
    """From rows that begin with name, organisation and value, the older first."""
    values = {name: known.default for name, known in SETTINGS.items()}
    nearness = {organisation: i for i, organisation in enumerate(chain)}
    best: dict[str, int] = {}
    for name, organisation, value, *_rest in rows:
        if name in values and nearness[organisation] <= best.get(name, len(chain)):
            values[name], best[name] = int(value), nearness[organisation]
    return values


@dataclass(frozen=True)
class Standing:
    """An organisation, what stands above it today (nearest first, itself included), and the settings in force there.

    `of` has id, level, town_id, district_id, ended_on and name; `prefix` is its district's, for numbers people say.
    """

    of: Any
    chain: tuple[int, ...]
    settings: dict[str, int]
    prefix: str


_UPWARDS = (Level.UNIT, Level.COMMITTEE, Level.TOWN, Level.DISTRICT, Level.CITY)
_o, _s, _r = (cast("sa.Table", m.__table__).c for m in (Organisation, Setting, OrganisationReach))
_STANDING = (
    sa.select(
        _s.name.label("setting"), _o.id, _s.value, _o.level, _o.town_id, _o.district_id, _o.ended_on, _o.name, _o.number_prefix,
    )
    .select_from(
        sa.join(OrganisationReach.__table__, Organisation.__table__, _o.id == _r.ancestor_id)
        .outerjoin(Setting.__table__, sa.and_(_s.organisation_id == _o.id, _s.valid_from <= sa.bindparam("day")))
    )
    .where(_r.descendant_id == sa.bindparam("id"))
    .order_by(_s.valid_from)
)  # fmt: skip


def standing_of(organisation_id: int, day: date) -> Standing:
    """An organisation with all above it and the settings in force there on a day, in one statement. Raises NotVisible."""
    rows = run(_STANDING, {"id": organisation_id, "day": day}).all()
    known = {row.id: row for row in rows}
    of = known.pop(organisation_id, None)
    if of is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    above = sorted(known.values(), key=lambda row: _UPWARDS.index(row.level))
    chain = (organisation_id, *(row.id for row in above))
    district = known.get(of.district_id)
    settings = _in_force((row for row in rows if row.setting is not None), chain)
    return Standing(of, chain, settings, district.number_prefix or "" if district is not None else "")


def setting(name: str, organisation_id: int, day: date) -> int:
    """One setting in force for an organisation on a day (inherited down the tree)."""
    return standing_of(organisation_id, day).settings[name]


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """Today's names of organisations by id."""
    rows = db.session.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


# ── organisations themselves ──────────────────────────────────────────────────────────────────────


def visible(by: Actor) -> sa.Select[Organisation]:
    """The organisations this actor may look at: their own and everything below, predecessors included."""
    query = sa.select(Organisation)
    if by.kind is Kind.JOB or any(m.level is Level.CITY for m in by.memberships):
        return query
    reached = sa.select(OrganisationReach.descendant_id).where(
        OrganisationReach.ancestor_id.in_([m.organisation_id for m in by.memberships])
    )
    return query.where(Organisation.id.in_(reached))


def organisation(by: Actor, organisation_id: int) -> Organisation:
    """One organisation in this actor's scope, with its parent and town loaded. Raises NotVisible."""
    loaded = visible(by).options(joinedload(Organisation.parent), joinedload(Organisation.town))
    return one(loaded.where(Organisation.id == organisation_id))


def found_by(typed: str) -> sa.ColumnElement[bool] | None:
    """The condition of a search: name, short name, alias, pinyin initials, or the beginning of the 12-digit code; None for nothing to search."""
    word = "".join(tokens(typed)[:1]) and typed.strip()
    if not word:
        return None
    plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"%{plain}%"
    alias = sa.select(OrganisationAlias.organisation_id).where(OrganisationAlias.alias.like(like, escape="\\"))
    ways: list[sa.ColumnElement[bool]] = [
        Organisation.name.like(like, escape="\\"), Organisation.short_name.like(like, escape="\\"), Organisation.id.in_(alias),
    ]  # fmt: skip
    if word.isascii() and word.isdigit():
        ways.append(Organisation.code.startswith(word))
    elif word.isascii() and word.isalnum():
        ways.append(Organisation.initials.like(f"%{word.casefold()}%"))
    return sa.or_(*ways)


def kinds() -> dict[str, str]:
    """Label of every kind by code."""
    rows = db.session.execute(sa.select(OrganisationKind.code, OrganisationKind.label))
    return {row.code: row.label for row in rows}


def kinds_of(*levels: Level) -> dict[str, str]:
    """Label by code of the kinds of some levels, in the order they were entered."""
    query = sa.select(OrganisationKind.code, OrganisationKind.label).where(OrganisationKind.level.in_(levels))
    return {row.code: row.label for row in db.session.execute(query)}


# ── as of a day ───────────────────────────────────────────────────────────────────────────────────


def in_force_on(model: Any, day: date) -> sa.ColumnElement[bool]:
    """The condition that a dated row holds on a day (both ends inclusive)."""
    return sa.and_(model.valid_from <= day, sa.or_(model.valid_until.is_(None), model.valid_until >= day))


def names_on(ids: Iterable[int], day: date) -> dict[int, str]:
    """What organisations were called on a day. One that did not exist then is missing."""
    query = sa.select(OrganisationName.organisation_id, OrganisationName.name)
    rows = db.session.execute(
        query.where(OrganisationName.organisation_id.in_(set(ids)), in_force_on(OrganisationName, day))
    )
    return {row.organisation_id: row.name for row in rows}


def name_on(organisation_id: int, day: date) -> str | None:
    """What an organisation was called on a day, or None when it did not exist then."""
    return names_on([organisation_id], day).get(organisation_id)


def place_on(organisation_id: int, day: date) -> tuple[str, int | None] | None:
    """(kind, parent id) of an organisation on a day, or None when it did not exist then."""
    query = sa.select(OrganisationPlace.kind, OrganisationPlace.parent_id)
    row = db.session.execute(
        query.where(OrganisationPlace.organisation_id == organisation_id, in_force_on(OrganisationPlace, day))
    ).first()
    return (row.kind, row.parent_id) if row is not None else None


def choices(by: Actor, *levels: Level, day: date) -> dict[int | str, str]:
    """Organisations in scope as choices of a form: name with its town or district, in pinyin order (at most 400; larger scopes search).

    The first one chooses nothing yet, so that nobody sends what merely stood first.
    """
    query = (
        visible(by)
        .where(sa.or_(Organisation.ended_on.is_(None), Organisation.ended_on >= day))
        .options(joinedload(Organisation.parent))
        .order_by(Organisation.sort_key, Organisation.id)
        .limit(400)
    )
    if levels:
        query = query.where(Organisation.level.in_(levels))
    rows = db.session.scalars(query).all()
    named: dict[int | str, str] = {
        o.id: f"{o.name}（{o.parent.name}）" if o.parent is not None else o.name for o in rows
    }
    return {"": _("请选单位"), **named}
