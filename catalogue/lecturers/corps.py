"""宣讲团: every write on corps and their members."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from catalogue.accounts.models import Membership, Person
from catalogue.core import changes, clock
from catalogue.core.actor import Actor, Role
from catalogue.core.db import db
from catalogue.core.errors import Invalid, NotAllowed
from catalogue.core.words import _
from catalogue.courses.models import Course
from catalogue.lecturers import operations, policy, queries
from catalogue.lecturers.errors import AlreadyMember, LeaderInOffice
from catalogue.lecturers.models import Corps, CorpsMember, CorpsRole, Lecturer
from catalogue.organisations.models import Organisation


def _need(may: bool) -> None:
    if not may:
        raise NotAllowed(_("这个宣讲团不归您管理。需要修改的话，请联系区管理员。"))


def _check_name(district_id: int, name: str, but: int | None = None) -> None:
    query = sa.select(Corps.id).where(Corps.district_id == district_id, Corps.name == name)
    if db.session.scalar(query if but is None else query.where(Corps.id != but)) is not None:
        raise Invalid(_("区里已经有同名的宣讲团，请换个名称。"), field="name")


def create(organisation: Organisation, name: str, *, by: Actor, at: datetime) -> Corps:
    """A corps under an organisation of the district."""
    district_id = organisation.district_id
    if district_id is None:
        raise Invalid(_("请选择区里的单位。"), field="organisation")
    _need(policy.may_create(by, db.session.get_one(Organisation, district_id)))
    _check_name(district_id, name)
    corps = Corps(district_id=district_id, organisation_id=organisation.id, name=name)
    changes.begin(corps, by=by, at=at)
    return corps


def rename(corps: Corps, name: str, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Another name, by the district's administrator or the leader."""
    _need(policy.may_edit_corps(by, corps, queries.leads(by, corps, clock.day_of(at))))
    _check_name(corps.district_id, name, corps.id)
    changes.edit(corps, {"name": name}, by=by, at=at, version=version)


def end(corps: Corps, *, by: Actor, at: datetime, on: date | None = None, reason: str = "", version: int | None = None) -> None:  # fmt: skip
    """The last day of the corps; its members leave with it, and courses that were asked of it are asked of everybody again."""
    _need(policy.may_keep(by, corps))
    last = on or clock.day_of(at)
    if corps.ended_on is not None:
        raise Invalid(_("这个宣讲团已经结束。"))
    for member in queries.members(corps.id):
        if member.left_on is None:
            leave(corps, member, on=max(last, member.joined_on), by=by, at=at)
    for course in db.session.scalars(sa.select(Course).where(Course.corps_id == corps.id).order_by(Course.id)).all():
        changes.edit(course, {"corps_id": None}, by=by, at=at)
    changes.edit(corps, {"ended_on": last}, by=by, at=at, version=version, action="end", words=reason)


def join(
    corps: Corps, lecturer: Lecturer, *, by: Actor, at: datetime, joined_on: date | None = None, role: CorpsRole = CorpsRole.MEMBER
) -> CorpsMember:  # fmt: skip
    """Takes a lecturer in. A leader is made by the district's administrator and only while there is none (see lead)."""
    _need(policy.may_edit_corps(by, corps, queries.leads(by, corps, clock.day_of(at))))
    operations.teaches_still(lecturer)
    first = joined_on or clock.day_of(at)
    if corps.ended_on is not None:
        raise Invalid(_("这个宣讲团已经结束。"))
    for other in queries.members(corps.id):
        if other.left_on is not None and other.left_on < first:
            continue
        if other.lecturer_id == lecturer.id:
            raise AlreadyMember(_("这位讲师已经在团里了。"))
        if role is CorpsRole.LEADER and other.role is CorpsRole.LEADER:
            raise LeaderInOffice(_("已经有团长了。请用“设为团长”换人。"))
    return _join(corps, lecturer, role, first, by=by, at=at)


def _join(corps: Corps, lecturer: Lecturer, role: CorpsRole, first: date, *, by: Actor, at: datetime) -> CorpsMember:
    if role is CorpsRole.LEADER:
        _need(policy.may_keep(by, corps))
    made = CorpsMember(corps_id=corps.id, lecturer_id=lecturer.id, role=role, joined_on=first)
    db.session.add(made)
    db.session.flush()
    action = "lead" if role is CorpsRole.LEADER else "join"
    changes.note(
        corps, action, by=by, at=at, subject="corps_member", subject_id=made.id, words=lecturer.display_name,
        changed={"lecturer_id": lecturer.id, "joined_on": first},
    )  # fmt: skip
    changes.note(lecturer, f"{action}_corps", by=by, at=at, subject="corps", subject_id=corps.id, words=corps.name)
    if role is CorpsRole.LEADER:
        _give_role(corps, lecturer, first, by=by, at=at)
    operations.changed(lecturer.id, by, at)
    return made


def leave(corps: Corps, member: CorpsMember, *, on: date, by: Actor, at: datetime) -> None:
    """The member's last day."""
    _need(policy.may_edit_corps(by, corps, queries.leads(by, corps, clock.day_of(at))))
    if member.left_on is not None or on < member.joined_on or member.corps_id != corps.id:
        raise Invalid(_("退团日期不能早于入团日期。"), field="on")
    member.left_on = on
    changes.note(
        corps, "leave", by=by, at=at, subject="corps_member", subject_id=member.id, changed={"left_on": [None, on]}
    )
    lecturer = db.session.get_one(Lecturer, member.lecturer_id)
    changes.note(lecturer, "leave_corps", by=by, at=at, subject="corps", subject_id=corps.id, words=corps.name)
    if member.role is CorpsRole.LEADER:
        _end_role(corps, lecturer, on, by=by, at=at)
    operations.changed(lecturer.id, by, at)


def lead(corps: Corps, lecturer: Lecturer, *, by: Actor, at: datetime, since: date | None = None) -> CorpsMember:
    """Makes a lecturer the leader from a day on. The one before goes on as a member: one leader at a time."""
    _need(policy.may_keep(by, corps))
    first = since or clock.day_of(at)
    for member in queries.members(corps.id):
        if member.left_on is not None or not (member.role is CorpsRole.LEADER or member.lecturer_id == lecturer.id):
            continue
        if member.role is CorpsRole.LEADER and member.lecturer_id == lecturer.id:
            return member
        if member.joined_on >= first:
            raise Invalid(_("这一天不能晚于现在的成员关系，请选以后的日子。"), field="since")
        leave(corps, member, on=first - timedelta(days=1), by=by, at=at)
        if member.role is CorpsRole.LEADER:
            _join(corps, db.session.get_one(Lecturer, member.lecturer_id), CorpsRole.MEMBER, first, by=by, at=at)
    operations.teaches_still(lecturer)
    return _join(corps, lecturer, CorpsRole.LEADER, first, by=by, at=at)


def _give_role(corps: Corps, lecturer: Lecturer, since: date, *, by: Actor, at: datetime) -> None:
    """A leader signs in with the leader's role."""
    made = Membership(
        person_id=lecturer.person_id, organisation_id=corps.organisation_id, role=Role.CORPS_LEADER, starts_on=since
    )
    db.session.add(made)
    db.session.flush()
    person = db.session.get_one(Person, lecturer.person_id)
    changes.note(
        person, "give_role", by=by, at=at, subject="membership", subject_id=made.id,
        changed={"role": Role.CORPS_LEADER, "organisation_id": corps.organisation_id},
    )  # fmt: skip


def _end_role(corps: Corps, lecturer: Lecturer, on: date, *, by: Actor, at: datetime) -> None:
    query = sa.select(Membership).where(
        Membership.person_id == lecturer.person_id, Membership.organisation_id == corps.organisation_id,
        Membership.role == Role.CORPS_LEADER, Membership.starts_on <= on, Membership.ends_on.is_(None),
    )  # fmt: skip
    person = db.session.get_one(Person, lecturer.person_id)
    for membership in db.session.scalars(query):
        membership.ends_on = on
        changes.note(person, "end_role", by=by, at=at, subject="membership", subject_id=membership.id)
