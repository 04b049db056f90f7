"""What the pages of the tree show: lists, the tree, one organisation over time, groupings, settings in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from catalogue.core.actor import Actor, Kind, Level
from catalogue.core.db import db
from catalogue.core.paging import Page, paged
from catalogue.organisations.models import (
    CommunityType,
    Grouping,
    GroupingMember,
    Organisation,
    OrganisationAlias,
    OrganisationCommunityType,
    OrganisationHistory,
    OrganisationLink,
    OrganisationName,
    OrganisationPlace,
    Setting,
)
from catalogue.organisations.queries import chain_of, found_by, in_force_on, names_of, one, visible
from catalogue.organisations.settings import SETTINGS


@dataclass(frozen=True)
class Wanted:
    """What a list of organisations is filtered by."""

    typed: str = ""
    level: str = ""
    kind: str = ""
    parent_id: int | None = None
    ended: bool = False


def _filtered(by: Actor, wanted: Wanted, day: date) -> sa.Select[Organisation]:
    query = visible(by)
    over = sa.and_(Organisation.ended_on.is_not(None), Organisation.ended_on < day)
    query = query.where(over if wanted.ended else sa.not_(over))
    found = found_by(wanted.typed)
    if found is not None:
        query = query.where(found)
    if wanted.level in set(Level):
        query = query.where(Organisation.level == Level(wanted.level))
    if wanted.kind:
        query = query.where(Organisation.kind == wanted.kind)
    if wanted.parent_id is not None:
        query = query.where(Organisation.parent_id == wanted.parent_id)
    return query


def listed(
    by: Actor, wanted: Wanted, day: date, *, after: str = "", before: str = "", size: int = 20
) -> Page[Organisation]:
    """One page of organisations in the order of their pinyin, with their parents."""
    query = _filtered(by, wanted, day).options(joinedload(Organisation.parent))
    keys = [(Organisation.sort_key, False), (Organisation.id, False)]
    return paged(query, keys, after=after, before=before, size=size, key_of=lambda o: (o.sort_key, o.id))


def level_counts(by: Actor, wanted: Wanted, day: date) -> dict[str, int]:
    """How many organisations of each level the same filter finds, level aside."""
    rest = Wanted(wanted.typed, "", wanted.kind, wanted.parent_id, wanted.ended)
    some = _filtered(by, rest, day).with_only_columns(Organisation.level, sa.func.count()).group_by(Organisation.level)
    return {row[0].value: row[1] for row in db.session.execute(some)}


def children(organisation_id: int, day: date) -> Sequence[Organisation]:
    """What stands directly below an organisation today."""
    query = sa.select(Organisation).where(
        Organisation.parent_id == organisation_id, sa.or_(Organisation.ended_on.is_(None), Organisation.ended_on >= day)
    )
    return db.session.scalars(query.order_by(Organisation.sort_key, Organisation.id)).all()


def tree(by: Actor, day: date) -> list[tuple[Organisation, list[tuple[Organisation, list[Organisation]]]]]:
    """The tops of this actor's scope with two levels below each, for the tree page (committees of one district at most)."""
    mine = {m.organisation_id for m in by.memberships}
    tops = db.session.scalars(
        visible(by).where(Organisation.id.in_(mine)).order_by(Organisation.sort_key, Organisation.id)
    ).all()
    tops = [t for t in tops if t.parent_id not in mine]
    below_tops = _by_parent([t.id for t in tops], day)
    below_them = _by_parent([c.id for rows in below_tops.values() for c in rows], day)
    return [(top, [(c, below_them.get(c.id, [])) for c in below_tops.get(top.id, [])]) for top in tops]


def _by_parent(ids: Sequence[int], day: date) -> dict[int, list[Organisation]]:
    found: dict[int, list[Organisation]] = {}
    query = sa.select(Organisation).where(
        Organisation.parent_id.in_(ids), sa.or_(Organisation.ended_on.is_(None), Organisation.ended_on >= day)
    )
    for row in db.session.scalars(query.order_by(Organisation.level, Organisation.sort_key, Organisation.id)):
        found.setdefault(row.parent_id or 0, []).append(row)
    return found


def names_over_time(organisation_id: int) -> Sequence[OrganisationName]:
    """Every name an organisation has had, oldest first."""
    query = sa.select(OrganisationName).where(OrganisationName.organisation_id == organisation_id)
    return db.session.scalars(query.order_by(OrganisationName.valid_from)).all()


def places_over_time(organisation_id: int) -> Sequence[Any]:
    """Every kind and parent (with the parent's name today) an organisation has had, oldest first."""
    query = (
        sa.select(
            OrganisationPlace.kind, Organisation.name.label("parent"), OrganisationPlace.valid_from, OrganisationPlace.valid_until,
        )
        .outerjoin(Organisation, Organisation.id == OrganisationPlace.parent_id)
        .where(OrganisationPlace.organisation_id == organisation_id)
    )  # fmt: skip
    return db.session.execute(query.order_by(OrganisationPlace.valid_from)).all()


def aliases(organisation_id: int) -> Sequence[OrganisationAlias]:
    """Other spellings of an organisation."""
    query = sa.select(OrganisationAlias).where(OrganisationAlias.organisation_id == organisation_id)
    return db.session.scalars(query.order_by(OrganisationAlias.id)).all()


def types_on(organisation_id: int, day: date) -> dict[str, str]:
    """Types of community in force on a day: label by code."""
    query = (
        sa.select(CommunityType.code, CommunityType.label)
        .join(OrganisationCommunityType, OrganisationCommunityType.type_code == CommunityType.code)
        .where(
            OrganisationCommunityType.organisation_id == organisation_id, in_force_on(OrganisationCommunityType, day)
        )
    )
    return {row.code: row.label for row in db.session.execute(query.order_by(CommunityType.code))}


def community_types() -> dict[str, str]:
    """Label of every type of community by code."""
    return {
        row.code: row.label
        for row in db.session.execute(sa.select(CommunityType.code, CommunityType.label).order_by(CommunityType.code))
    }


def links(organisation_id: int) -> tuple[Sequence[Organisation], Sequence[Organisation]]:
    """(predecessors, successors) of an organisation, direct ones, oldest first."""
    direct = OrganisationLink.how != "earlier"
    before = sa.select(Organisation).join(OrganisationLink, OrganisationLink.predecessor_id == Organisation.id)
    after = sa.select(Organisation).join(OrganisationLink, OrganisationLink.successor_id == Organisation.id)
    return (
        db.session.scalars(before.where(OrganisationLink.successor_id == organisation_id, direct).order_by(Organisation.id)).all(),
        db.session.scalars(after.where(OrganisationLink.predecessor_id == organisation_id, direct).order_by(Organisation.id)).all(),
    )  # fmt: skip


def went_on(ids: Sequence[int]) -> dict[int, str]:
    """How ended organisations went on in another: "merge" or "split" by id; one that simply ended is missing."""
    query = sa.select(OrganisationLink.predecessor_id, OrganisationLink.how)
    direct = query.where(OrganisationLink.predecessor_id.in_(ids), OrganisationLink.how != "earlier")
    return {row.predecessor_id: row.how for row in db.session.execute(direct)}


def history(organisation_id: int, size: int = 50) -> Sequence[OrganisationHistory]:
    """What was done to an organisation, newest first."""
    query = sa.select(OrganisationHistory).where(OrganisationHistory.owner_id == organisation_id)
    return db.session.scalars(query.order_by(OrganisationHistory.id.desc()).limit(size)).all()


# ── groupings ─────────────────────────────────────────────────────────────────────────────────────


def groupings(by: Actor, day: date) -> Sequence[Any]:
    """(grouping, members today, district name) of the actor's districts, those in force first."""
    count = (
        sa.select(sa.func.count())
        .select_from(GroupingMember)
        .where(GroupingMember.grouping_id == Grouping.id, in_force_on(GroupingMember, day))
        .scalar_subquery()
    )
    query = (
        sa.select(Grouping, count.label("members"), Organisation.name.label("district"))
        .join(Organisation, Organisation.id == Grouping.district_id)
        .where(Grouping.district_id.in_(districts_of(by)))
        .order_by(Grouping.ended_on.is_not(None), Organisation.sort_key, Grouping.name, Grouping.id)
    )
    return db.session.execute(query).all()


def districts_of(by: Actor) -> sa.Select[Any]:
    """Ids of the districts an actor's organisations lie in (all, for the city)."""
    query = sa.select(Organisation.id).where(Organisation.level == Level.DISTRICT)
    if by.kind is Kind.JOB or any(m.level is Level.CITY for m in by.memberships):
        return query
    return query.where(Organisation.id.in_([m.district_id for m in by.memberships if m.district_id is not None]))


def grouping(by: Actor, grouping_id: int) -> Grouping:
    """One grouping of the actor's districts. Raises NotVisible."""
    return one(sa.select(Grouping).where(Grouping.id == grouping_id, Grouping.district_id.in_(districts_of(by))))


def members_of(grouping_id: int, day: date) -> Sequence[Any]:
    """(organisation, since) in a grouping on a day."""
    query = (
        sa.select(Organisation, GroupingMember.valid_from)
        .join(GroupingMember, GroupingMember.organisation_id == Organisation.id)
        .where(GroupingMember.grouping_id == grouping_id, in_force_on(GroupingMember, day))
    )
    return db.session.execute(query.order_by(Organisation.sort_key, Organisation.id)).all()


# ── settings as a page shows them ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class InForce:
    """One setting as it stands for an organisation: the value, where it was said (None: the default), since when, and what comes later."""

    name: str
    label: str
    value: int
    default: int
    least: int
    most: int
    said_at: int | None
    said_by: str
    since: date | None
    later: tuple[tuple[date, int], ...]


def settings_in_force(organisation: Organisation, day: date) -> list[InForce]:
    """Every setting for this organisation on a day, with where it is inherited from and what is already dated for later here."""
    chain = chain_of(organisation)
    names = names_of(chain)
    rows = db.session.execute(
        sa.select(Setting.name, Setting.organisation_id, Setting.value, Setting.valid_from)
        .where(Setting.organisation_id.in_(chain))
        .order_by(Setting.valid_from)
    ).all()
    return [_in_force(name, [r for r in rows if r.name == name], chain, names, day) for name in SETTINGS]


def _in_force(name: str, rows: Sequence[Any], chain: Sequence[int], names: dict[int, str], day: date) -> InForce:
    known = SETTINGS[name]
    said = [r for r in rows if r.valid_from <= day]
    nearest = min(said, key=lambda r: (chain.index(r.organisation_id), -r.valid_from.toordinal()), default=None)
    later = tuple((r.valid_from, int(r.value)) for r in rows if r.valid_from > day and r.organisation_id == chain[0])
    return InForce(
        name, str(known.label), int(nearest.value) if nearest else known.default, known.default, known.least, known.most,
        nearest.organisation_id if nearest else None, names[nearest.organisation_id] if nearest else "",
        nearest.valid_from if nearest else None, later,
    )  # fmt: skip
