"""Every write on people and their roles. Accounts (passwords, codes, second step) are keys.py, sign-ins are sign_ins.py."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.accounts import keys, policy, queries
from catalogue.accounts.errors import NotYours, WrongRole, WrongTerm
from catalogue.accounts.models import Membership, Person
from catalogue.core import changes, clock
from catalogue.core.actor import Actor, Role
from catalogue.core.db import db
from catalogue.core.entry import words
from catalogue.core.errors import Invalid
from catalogue.core.text import initials, plain_phone, sort_key
from catalogue.core.words import _
from catalogue.organisations.models import Organisation

DAY = timedelta(days=1)
LIMITS = {"name": 40, "post": 40, "email": 120}


def require(by: Actor, person: Person) -> None:
    """Raises NotYours unless this actor keeps this person."""
    if not policy.may_manage(by, queries.standing_of(person)):
        raise NotYours(_("这位人员的账号不归您管。需要的话，请联系上一级管理员。"))


# ── people ────────────────────────────────────────────────────────────────────────────────────────


def create_person(
    organisation: Organisation, name: str, *, by: Actor, at: datetime, post: str = "", phone: str = "", email: str = "",
    in_post_since: date | None = None,
) -> Person:  # fmt: skip
    """A new person of an organisation, without account or role. Raises NotYours and Invalid (name, phone, email)."""
    if not policy.may_keep_in(by, organisation):
        raise NotYours(_("您不能在“%(name)s”添加人员。", name=organisation.name))
    if organisation.ended_on is not None and organisation.ended_on < clock.day_of(at):
        raise Invalid(_("“%(name)s”已经撤销，请选别的单位。", name=organisation.name), field="organisation_id")
    values = _checked({"name": name, "post": post, "phone": phone, "email": email})
    row = Person(
        organisation_id=organisation.id, district_id=organisation.district_id, town_id=organisation.town_id, in_post_since=in_post_since,
        ended_on=None, **values,
    )  # fmt: skip
    changes.begin(row, by=by, at=at)
    return row


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    clean = {name: words(values[name] or "", limit, field=name) for name, limit in LIMITS.items() if name in values}
    if "name" in clean:
        if not clean["name"]:
            raise Invalid(_("请填写姓名。"), field="name")
        clean["sort_key"] = sort_key(clean["name"], person=True)[:200]
        clean["initials"] = initials(clean["name"], person=True)[:40]
    check_email(clean.get("email", ""))
    if "phone" in values:
        clean["phone"] = _phone(values["phone"] or "")
    return clean


def check_email(typed: str) -> None:
    """Raises Invalid when something stands there that can be no address."""
    if typed and not ("@" in typed and typed.isascii() and " " not in typed):
        raise Invalid(_("邮箱的样子不对，例如 name@example.cn。"), field="email")


def _phone(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return plain_phone(typed)
    except ValueError as trouble:
        raise Invalid(str(trouble), field="phone") from None


def edit_person(
    person: Person, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None
) -> tuple[str, ...]:
    """Name, post, phone, email, in post since. Returns the changed names. Raises NotYours, Invalid, Stale."""
    require(by, person)
    wanted = _checked(values)
    if "in_post_since" in values:
        wanted["in_post_since"] = values["in_post_since"]
    return changes.edit(person, wanted, by=by, at=at, version=version)


def end_person(
    person: Person, *, on: date, by: Actor, at: datetime, version: int | None = None, reason: str = ""
) -> None:
    """Their last day: every role ends with it, and a day that has come closes the account. Raises NotYours, WrongTerm, Stale."""
    require(by, person)
    if person.ended_on is not None:
        raise WrongTerm(_("这位人员已经离岗。"), field="on")
    changes.edit(person, {"ended_on": on}, by=by, at=at, version=version, action="end", words=reason)
    for row in queries.open_memberships(person.id, on):
        _close(person, row, on, by=by, at=at)
    account = queries.account_of(person.id)
    if account is not None and account.disabled_at is None and on <= clock.day_of(at):
        keys.disable(account, by=by, at=at)


def reveal_phone(person: Person, *, by: Actor, at: datetime) -> str:
    """The whole telephone number; that somebody looked is recorded. Raises NotYours."""
    if not policy.may_keep_in(by, db.session.get_one(Organisation, person.organisation_id)):
        raise NotYours(_("您不能查看这个号码。"))
    changes.note(person, "reveal_phone", by=by, at=at)
    return person.phone


# ── roles ─────────────────────────────────────────────────────────────────────────────────────────


def grant(
    person: Person,
    role: Role,
    organisation: Organisation,
    *,
    starts_on: date,
    ends_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Membership:
    """A role in an organisation for a term (days, both inclusive). Raises NotYours, WrongRole (level), WrongTerm."""
    if organisation.level not in policy.HELD_AT[role]:
        raise WrongRole(_("这种单位没有这个岗位。"), field="role")
    if not policy.may_grant(by, role, organisation, person.id):
        raise NotYours(_("您不能给这个岗位。只能给本范围内、不高于自己的岗位，也不能给自己。"))
    if person.ended_on is not None:
        raise WrongTerm(_("这位人员已经离岗。"), field="starts_on")
    if ends_on is not None and ends_on < starts_on:
        raise WrongTerm(_("结束的那天不能早于开始的那天。"), field="ends_on")
    if queries.overlapping(person.id, role, organisation.id, starts_on, ends_on):
        raise WrongTerm(_("这段时间已经有这个岗位了。"), field="starts_on")
    row = Membership(
        person_id=person.id, organisation_id=organisation.id, role=role, starts_on=starts_on, ends_on=ends_on
    )
    db.session.add(row)
    db.session.flush()
    changed = {
        "role": [None, role], "organisation_id": [None, organisation.id], "starts_on": [None, starts_on], "ends_on": [None, ends_on],
    }  # fmt: skip
    changes.note(
        person, "grant", by=by, at=at, subject="membership", subject_id=row.id, code=role.value, changed=changed
    )
    return row


def end_membership(membership: Membership, *, on: date, by: Actor, at: datetime) -> None:
    """The last day of a role; yesterday takes it away at once, effective on the next request. Raises NotYours."""
    person = db.session.get_one(Person, membership.person_id)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    if not policy.may_grant(by, membership.role, organisation, person.id):
        raise NotYours(_("这个岗位不归您管。"))
    if membership.ends_on is not None and membership.ends_on <= on:
        return
    _close(person, membership, on, by=by, at=at)


def _close(person: Person, membership: Membership, on: date, *, by: Actor, at: datetime) -> None:
    before = membership.ends_on
    if on < membership.starts_on:  # never came into force
        db.session.delete(membership)
    else:
        membership.ends_on = on
    db.session.flush()
    changes.note(
        person, "end_role", by=by, at=at, subject="membership", subject_id=membership.id, code=membership.role.value,
        changed={"ends_on": [before, on]},
    )  # fmt: skip


def hand_over(old: Person, new: Person, *, on: date, by: Actor, at: datetime) -> list[Membership]:
    """A new person takes over every role of the old one from a day on; the old ones end the day before, and their account with them.

    Raises NotYours (a role the actor may not give is not handed over silently), WrongTerm.
    """
    require(by, old)
    if old.id == new.id:
        raise Invalid(_("请选另一位人员。"), field="person_id")
    open_rows = queries.open_memberships(old.id, on - DAY)
    if not open_rows:
        raise WrongTerm(_("这位人员那时已经没有岗位可交接。"), field="on")
    made = []
    for row in open_rows:
        organisation = db.session.get_one(Organisation, row.organisation_id)
        role, starts, ends = row.role, max(on, row.starts_on), row.ends_on
        end_membership(row, on=on - DAY, by=by, at=at)
        if not queries.overlapping(new.id, role, organisation.id, starts, ends):
            made.append(grant(new, role, organisation, starts_on=starts, ends_on=ends, by=by, at=at))
    changes.note(old, "hand_over", by=by, at=at, subject="person", subject_id=new.id)
    account = queries.account_of(old.id)
    if account is not None and account.disabled_at is None and on <= clock.day_of(at):
        keys.disable(account, by=by, at=at)
    return made


# ── what follows from changes of the tree ─────────────────────────────────────────────────────────


def follow_merge(predecessor_ids: tuple[int, ...], successor: Organisation, *, by: Actor, at: datetime) -> None:
    """People of merged organisations belong to the new one, and hold there what they held before."""
    on = successor.started_on
    people = db.session.scalars(sa.select(Person).where(Person.organisation_id.in_(predecessor_ids))).all()
    for person in people:
        _settle(person, successor, by=by, at=at)
    rows = db.session.scalars(
        sa.select(Membership)
        .where(Membership.organisation_id.in_(predecessor_ids), sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= on))
        .order_by(Membership.id)
    ).all()  # fmt: skip
    for row in rows:
        person = db.session.get_one(Person, row.person_id)
        role, starts, ends = row.role, max(on, row.starts_on), row.ends_on
        _close(person, row, on - DAY, by=by, at=at)
        if not queries.overlapping(person.id, role, successor.id, starts, ends):
            fresh = Membership(
                person_id=person.id, organisation_id=successor.id, role=role, starts_on=starts, ends_on=ends
            )
            db.session.add(fresh)
            db.session.flush()
            changes.note(person, "grant", by=by, at=at, subject="membership", subject_id=fresh.id, code=role.value)


def follow_move(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """People of a moved organisation and of everything below it belong to its new town and district."""
    for person, place in queries.misplaced(organisation.id):
        _settle(person, place, by=by, at=at)


def follow_end(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """Roles in an ended organisation end with it."""
    last = organisation.ended_on
    if last is None:
        return
    for row in db.session.scalars(
        sa.select(Membership).where(
            Membership.organisation_id == organisation.id, sa.or_(Membership.ends_on.is_(None), Membership.ends_on > last)
        )
    ).all():  # fmt: skip
        _close(db.session.get_one(Person, row.person_id), row, last, by=by, at=at)


def _settle(person: Person, place: Organisation, *, by: Actor, at: datetime) -> None:
    values = {"organisation_id": place.id, "town_id": place.town_id, "district_id": place.district_id}
    changes.edit(person, values, by=by, at=at, action="move")
