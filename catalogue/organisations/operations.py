"""New organisations and their details. Names, kinds and parents over time, merges and splits are reshaping.py."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.core import changes, clock
from catalogue.core.actor import Actor, Level
from catalogue.core.db import db
from catalogue.core.entry import words
from catalogue.core.errors import Invalid
from catalogue.core.text import initials, sort_key
from catalogue.core.words import _, _l
from catalogue.organisations import policy, reach
from catalogue.organisations.errors import Ended, NameTaken, NotYours, OutOfBounds, WrongDay, WrongParent
from catalogue.organisations.models import (
    CommunityType,
    Grouping,
    GroupingMember,
    Organisation,
    OrganisationAlias,
    OrganisationCommunityType,
    OrganisationKind,
    OrganisationName,
    OrganisationPlace,
    Setting,
)
from catalogue.organisations.settings import SETTINGS

PARENT_LEVELS: dict[Level, set[Level | None]] = {  # what may stand under what
    Level.CITY: {None},
    Level.DISTRICT: {Level.CITY},
    Level.TOWN: {Level.DISTRICT},
    Level.COMMITTEE: {Level.TOWN},
    Level.UNIT: {Level.CITY, Level.DISTRICT, Level.TOWN, Level.COMMITTEE, Level.UNIT},
}
BELONGS: dict[Level, Any] = {
    Level.CITY: _l("市是最上面的单位，上面不放别的单位。"),
    Level.DISTRICT: _l("区要放在市下面，请把上级选成市。"),
    Level.TOWN: _l("街道和镇要放在区下面，请把上级选成区；还没有区的话，先建区。"),
    Level.COMMITTEE: _l("居民区和村要放在街镇下面，请把上级选成街道或镇；还没有的话，先建街镇。"),
    Level.UNIT: _l("请给它选一个上级单位。"),
}
DETAILS = ("address", "telephone", "latitude", "longitude")
DAY = timedelta(days=1)


def require(allowed: bool) -> None:
    if not allowed:
        raise NotYours(_("这个单位不归您改。需要的话，请联系区管理员。"))


def alive(organisation: Organisation, day: date) -> None:
    if organisation.ended_on is not None and organisation.ended_on < day:
        raise Ended(_("“%(name)s”已经撤销，不能再改。", name=organisation.name))


# ── a new identity ────────────────────────────────────────────────────────────────────────────────


def create(
    *, parent: Organisation | None, kind: str, name: str, by: Actor, at: datetime, on: date | None = None, code: str | None = None,
    short_name: str = "", number_prefix: str = "", address: str = "", telephone: str = "", latitude: float | None = None,
    longitude: float | None = None, aliases: Iterable[str] = (),
) -> Organisation:  # fmt: skip
    """A new organisation under this parent (None: the city itself), from a day on (today).

    Raises NotYours, WrongParent, NameTaken and Invalid (kind, code, number_prefix, location).
    """
    require(policy.may_create_below(by, parent))
    day = on or clock.day_of(at)
    if parent is not None:
        alive(parent, day)
    level = level_of(kind)
    check_parent(level, parent)
    name = words(name, 60, field="name")
    check_name(name, parent.id if parent is not None else None)
    row = Organisation(
        parent_id=parent.id if parent is not None else None, district_id=parent.district_id if parent is not None else None,
        town_id=parent.town_id if parent is not None else None, code=_checked_code(code), name=name, short_name=words(short_name, 30, field="short_name"),
        kind=kind, level=level, number_prefix=_checked_prefix(number_prefix, level), sort_key=sort_key(name)[:200], initials=initials(name)[:60],
        address=words(address, 120, field="address"), telephone=words(telephone, 30, field="telephone"), latitude=latitude, longitude=longitude, started_on=day, ended_on=None,
    )  # fmt: skip
    _check_location(latitude, longitude)
    db.session.add(row)
    db.session.flush()
    if level is Level.DISTRICT:
        row.district_id = row.id
    if level is Level.TOWN:
        row.town_id = row.id
    changes.begin(row, by=by, at=at)
    db.session.add(OrganisationName(organisation_id=row.id, name=name, short_name=row.short_name, valid_from=day))
    db.session.add(OrganisationPlace(organisation_id=row.id, parent_id=row.parent_id, kind=kind, valid_from=day))
    reach.add(row.id, row.parent_id)
    for alias in aliases:
        add_alias(row, alias, by=by, at=at)
    return row


def level_of(kind: str) -> Level:
    found = db.session.get(OrganisationKind, kind)
    if found is None:
        raise Invalid(_("请从列表里选一种单位。"), field="kind")
    return found.level


def check_parent(level: Level, parent: Organisation | None) -> None:
    if (parent.level if parent is not None else None) not in PARENT_LEVELS[level]:
        raise WrongParent(str(BELONGS[level]), field="parent")


def check_name(name: str, parent_id: int | None, but: Iterable[int] = ()) -> None:
    if not name:
        raise Invalid(_("请填写名称。"), field="name")
    query = sa.select(Organisation.id).where(Organisation.name == name, Organisation.ended_on.is_(None))
    query = query.where(Organisation.parent_id.is_(None) if parent_id is None else Organisation.parent_id == parent_id)
    if db.session.scalars(query.where(Organisation.id.not_in(list(but)))).first() is not None:
        raise NameTaken(_("同一个上级下面已经有“%(name)s”了。", name=name), field="name")


def _checked_code(code: str | None, but: int | None = None) -> str | None:
    code = (code or "").strip()
    if not code:
        return None
    check_code(code)
    taken = db.session.scalars(
        sa.select(Organisation.name).where(Organisation.code == code, Organisation.id != (but or 0))
    ).first()
    if taken is not None:
        raise Invalid(_("这个代码已经是“%(name)s”的了。", name=taken), field="code", code="code_taken")
    return code


def check_code(code: str) -> None:
    """Raises Invalid for what can be no 统计用区划代码."""
    if not (code.isascii() and code.isdigit() and len(code) in (6, 9, 12)):
        raise Invalid(_("统计用区划代码是 12 位数字（区 6 位、街镇 9 位也可以）。"), field="code")


def _checked_prefix(prefix: str, level: Level) -> str:
    prefix = prefix.strip().upper()
    if level is not Level.DISTRICT:
        return ""
    if not (prefix.isascii() and prefix.isalpha() and 2 <= len(prefix) <= 6):
        raise Invalid(_("区的编号字母是 2 到 6 个，例如青浦是 QP。"), field="number_prefix")
    if db.session.scalars(sa.select(Organisation.id).where(Organisation.number_prefix == prefix)).first() is not None:
        raise Invalid(_("这个编号字母已经有区在用了。"), field="number_prefix", code="prefix_taken")
    return prefix


def _check_location(latitude: float | None, longitude: float | None) -> None:
    if (latitude is None) != (longitude is None):
        raise Invalid(_("纬度和经度要么都填，要么都不填。"), field="longitude" if longitude is None else "latitude")
    if latitude is not None and longitude is not None and not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid(_("这个位置不在地球上，请检查纬度和经度。"), field="latitude")


# ── details ───────────────────────────────────────────────────────────────────────────────────────


def edit(
    organisation: Organisation, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None
) -> tuple[str, ...]:
    """Address, telephone, place on the map; code and kind of structure by those who may reshape it. Returns the changed names.

    Raises NotYours, Ended, Invalid, Stale.
    """
    require(policy.may_edit(by, organisation))
    alive(organisation, clock.day_of(at))
    wanted = {name: values[name] for name in DETAILS if name in values}
    for name, limit in (("address", 120), ("telephone", 30)):
        if name in wanted:
            wanted[name] = words(wanted[name] or "", limit, field=name)
    if "code" in values and (values["code"] or None) != organisation.code:
        require(policy.may_reshape(by, organisation))
        wanted["code"] = _checked_code(values["code"], but=organisation.id)
    _check_location(wanted.get("latitude", organisation.latitude), wanted.get("longitude", organisation.longitude))
    return changes.edit(organisation, wanted, by=by, at=at, version=version)


def has_alias(organisation_id: int, alias: str) -> bool:
    query = sa.select(OrganisationAlias.id).where(
        OrganisationAlias.organisation_id == organisation_id, OrganisationAlias.alias == alias
    )
    return db.session.scalars(query).first() is not None


def add_alias(organisation: Organisation, alias: str, *, by: Actor, at: datetime) -> None:
    """Another way people write this place. Adding one that is there changes nothing."""
    require(policy.may_edit(by, organisation))
    alias = words(alias, 60, field="alias")
    if not alias:
        raise Invalid(_("请填写别名。"), field="alias")
    if alias == organisation.name or has_alias(organisation.id, alias):
        return
    row = OrganisationAlias(organisation_id=organisation.id, alias=alias)
    db.session.add(row)
    db.session.flush()
    changes.note(
        organisation, "add_alias", by=by, at=at, subject="alias", subject_id=row.id, changed={"alias": [None, alias]}
    )


def remove_alias(organisation: Organisation, alias_id: int, *, by: Actor, at: datetime) -> None:
    """Forgets a spelling nobody uses. Unknown ones are ignored."""
    require(policy.may_edit(by, organisation))
    row = db.session.get(OrganisationAlias, alias_id)
    if row is None or row.organisation_id != organisation.id:
        return
    db.session.delete(row)
    changes.note(
        organisation, "remove_alias", by=by, at=at, subject="alias", subject_id=alias_id,
        changed={"alias": [row.alias, None]},
    )  # fmt: skip


def set_types(organisation: Organisation, codes: Iterable[str], *, on: date, by: Actor, at: datetime) -> None:
    """Types of community from a day on; the past keeps its own. Raises NotYours, Invalid, WrongDay."""
    require(policy.may_edit(by, organisation))
    alive(organisation, on)
    wanted = set(codes)
    known = set(db.session.scalars(sa.select(CommunityType.code)))
    if wanted - known:
        raise Invalid(_("请从列表里选。"), field="types")
    rows = db.session.scalars(
        sa.select(OrganisationCommunityType).where(
            OrganisationCommunityType.organisation_id == organisation.id,
            OrganisationCommunityType.valid_until.is_(None),
        )
    ).all()
    before = {row.type_code for row in rows}
    if before == wanted:
        return
    for row in rows:
        if row.type_code not in wanted:
            _stop_type(row, on)
    for code in sorted(wanted - before):
        db.session.add(
            OrganisationCommunityType(organisation_id=organisation.id, type_code=code, valid_from=on, valid_until=None)
        )
    db.session.flush()
    changes.note(
        organisation, "set_types", by=by, at=at, changed={"types": [sorted(before), sorted(wanted)], "on": str(on)}
    )


def _stop_type(row: OrganisationCommunityType, on: date) -> None:
    if on < row.valid_from:
        raise WrongDay(_("这个类型是 %(day)s 才开始的，请填那天以后。", day=row.valid_from), field="on")
    if on == row.valid_from:
        db.session.delete(row)
    else:
        row.valid_until = on - DAY


# ── settings ──────────────────────────────────────────────────────────────────────────────────────


def set_setting(organisation: Organisation, name: str, value: int, *, on: date, by: Actor, at: datetime) -> None:
    """A new value of one setting from a day on, here and below (where nothing nearer is said). Promises already made keep theirs.

    A second value for the same day replaces the first. Raises NotYours, OutOfBounds and WrongDay (the past is not rewritten).
    """
    require(policy.may_set(by, organisation))
    alive(organisation, on)
    known = SETTINGS.get(name)
    if known is None:
        raise Invalid(_("没有这一项设置。"), field="name")
    if not known.least <= value <= known.most:
        raise OutOfBounds(_("请填 %(least)d 到 %(most)d 之间的数。", least=known.least, most=known.most), field="value")
    if on < clock.day_of(at):
        raise WrongDay(_("只能从今天或以后开始，过去的不改。"), field="on")
    query = sa.select(Setting).where(
        Setting.organisation_id == organisation.id, Setting.name == name, Setting.valid_from == on
    )
    row = db.session.scalars(query).first()
    before = row.value if row is not None else None
    if row is None:
        row = Setting(organisation_id=organisation.id, name=name, value=str(value), valid_from=on, set_at=at)
        db.session.add(row)
    row.value, row.set_at = str(value), at
    db.session.flush()
    changes.note(
        organisation, "set_setting", by=by, at=at, subject="setting", subject_id=row.id, code=name,
        changed={name: [before, str(value)], "on": str(on)},
    )  # fmt: skip


# ── groupings: for figures, never for rights ──────────────────────────────────────────────────────


def create_grouping(district: Organisation, name: str, *, purpose: str = "", by: Actor, at: datetime) -> Grouping:
    """A grouping of a district (片区, 1+14+X). Raises NotYours, NameTaken, Invalid."""
    require(policy.may_group(by, district.id))
    row = Grouping(
        district_id=district.id,
        name=_grouping_name(name, district.id),
        purpose=words(purpose, 100, field="purpose"),
        ended_on=None,
    )
    changes.begin(row, by=by, at=at)
    return row


def _grouping_name(name: str, district_id: int, but: int = 0) -> str:
    name = words(name, 40, field="name")
    if not name:
        raise Invalid(_("请填写名称。"), field="name")
    query = sa.select(Grouping.id).where(Grouping.district_id == district_id, Grouping.name == name, Grouping.id != but)
    if db.session.scalars(query).first() is not None:
        raise NameTaken(_("已经有“%(name)s”这个分组了。", name=name), field="name")
    return name


def edit_grouping(
    grouping: Grouping, name: str, purpose: str, *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Another name or purpose. Raises NotYours, NameTaken, Invalid, Stale."""
    require(policy.may_group(by, grouping.district_id))
    values = {
        "name": _grouping_name(name, grouping.district_id, grouping.id),
        "purpose": words(purpose, 100, field="purpose"),
    }
    changes.edit(grouping, values, by=by, at=at, version=version)


def end_grouping(grouping: Grouping, *, on: date, by: Actor, at: datetime, version: int | None = None) -> None:
    """Its last day; figures of the past keep it. Raises NotYours, Stale."""
    require(policy.may_group(by, grouping.district_id))
    changes.edit(grouping, {"ended_on": on}, by=by, at=at, version=version, action="end")


def join(grouping: Grouping, organisation: Organisation, *, on: date, by: Actor, at: datetime) -> None:
    """An organisation belongs to the grouping from a day on. Already in it: nothing changes. Raises NotYours, Invalid, Ended."""
    require(policy.may_group(by, grouping.district_id))
    alive(organisation, on)
    if organisation.district_id != grouping.district_id:
        raise Invalid(_("只能加本区的单位。"), field="organisation")
    if _membership(grouping, organisation) is not None:
        return
    query = sa.select(GroupingMember).where(
        GroupingMember.grouping_id == grouping.id, GroupingMember.organisation_id == organisation.id, GroupingMember.valid_from == on
    )  # fmt: skip
    row = db.session.scalars(query).first()
    if row is None:
        row = GroupingMember(grouping_id=grouping.id, organisation_id=organisation.id, valid_from=on, valid_until=None)
        db.session.add(row)
    row.valid_until = None
    db.session.flush()
    changes.note(grouping, "join", by=by, at=at, subject="organisation", subject_id=organisation.id)


def leave(grouping: Grouping, organisation: Organisation, *, on: date, by: Actor, at: datetime) -> None:
    """The organisation's last day in the grouping. Not in it: nothing changes. Raises NotYours, WrongDay."""
    require(policy.may_group(by, grouping.district_id))
    row = _membership(grouping, organisation)
    if row is None:
        return
    if on < row.valid_from:
        raise WrongDay(_("它是 %(day)s 才加入的，请填那天或更晚。", day=row.valid_from), field="on")
    row.valid_until = on
    db.session.flush()
    changes.note(grouping, "leave", by=by, at=at, subject="organisation", subject_id=organisation.id)


def _membership(grouping: Grouping, organisation: Organisation) -> GroupingMember | None:
    return db.session.scalars(
        sa.select(GroupingMember).where(
            GroupingMember.grouping_id == grouping.id, GroupingMember.organisation_id == organisation.id, GroupingMember.valid_until.is_(None)
        )
    ).first()  # fmt: skip
