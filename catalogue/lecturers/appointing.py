"""聘书: every write on appointments, of a lecturer or of a corps as a body."""

from datetime import date, datetime

import sqlalchemy as sa

from catalogue.core import changes, clock, numbers
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import Invalid, NotAllowed
from catalogue.core.wording import short_day
from catalogue.core.words import _
from catalogue.lecturers import operations, policy, queries
from catalogue.lecturers.errors import LecturerEnded, TermsOverlap
from catalogue.lecturers.models import Appointment, Corps, CorpsMember, Lecturer
from catalogue.organisations.models import Organisation


def _need(by: Actor, issuer: Organisation) -> None:
    if not policy.may_appoint(by, issuer):
        raise NotAllowed(_("聘书由区管理员办理。"))


def _check_free(of: Lecturer | Corps, scope_id: int, starts_on: date, ends_on: date) -> None:
    column = Appointment.lecturer_id if isinstance(of, Lecturer) else Appointment.corps_id
    query = sa.select(Appointment).where(
        column == of.id, Appointment.scope_id == scope_id, Appointment.starts_on <= ends_on, starts_on <= queries.LAST_DAY
    )  # fmt: skip
    other = db.session.scalars(query.order_by(Appointment.starts_on)).first()
    if other is not None:
        raise TermsOverlap(
            _("与聘书 %(number)s 的聘期重叠（到 %(day)s 为止）。请改聘期，或先提前结束那一份。",
              number=other.number, day=short_day(queries.last_day(other))),
            number=other.number,
        )  # fmt: skip


def appoint(
    of: Lecturer | Corps, *, issuer: Organisation, scope: Organisation, starts_on: date, ends_on: date, by: Actor, at: datetime,
    number: str = "", action: str = "appoint",
) -> Appointment:  # fmt: skip
    """Issues a 聘书 for a term (days inclusive) and everything under `scope`. Without a number it gets the next of the district.

    Raises TermsOverlap when the same scope is covered already on some of these days.
    """
    _need(by, issuer)
    if isinstance(of, Lecturer):
        operations.teaches_still(of)
    elif of.ended_on is not None:
        raise LecturerEnded(_("这个宣讲团已经结束，不能再聘。"))
    if ends_on < starts_on:
        raise Invalid(_("聘期的最后一天不能早于第一天。"), field="ends_on")
    _check_free(of, scope.id, starts_on, ends_on)
    made = Appointment(
        number=number or _next_number(issuer, at), district_id=issuer.district_id, issuer_id=issuer.id, scope_id=scope.id, starts_on=starts_on,
        ends_on=ends_on, **({"lecturer_id": of.id} if isinstance(of, Lecturer) else {"corps_id": of.id}),
    )  # fmt: skip
    if number and db.session.scalar(sa.select(sa.exists().where(Appointment.number == number))):
        raise Invalid(_("这个聘书号已经用过，请核对。"), field="number")
    db.session.add(made)
    db.session.flush()
    changes.note(
        of, action, by=by, at=at, subject="appointment", subject_id=made.id, words=made.number,
        changed={"starts_on": starts_on, "ends_on": ends_on, "scope_id": scope.id, "issuer_id": issuer.id},
    )  # fmt: skip
    _tell(of, by, at)
    return made


def _next_number(issuer: Organisation, at: datetime) -> str:
    district = db.session.get(Organisation, issuer.district_id) if issuer.district_id is not None else None
    if district is None:
        raise Invalid(_("请选择区里的单位发聘书。"), field="issuer")
    return numbers.next_number(
        numbers.APPOINTMENT, district_id=district.id, prefix=district.number_prefix, at=at
    )  # fmt: skip


def renew(
    of: Lecturer | Corps,
    appointment: Appointment,
    *,
    ends_on: date,
    by: Actor,
    at: datetime,
    starts_on: date | None = None,
) -> Appointment:
    """A new 聘书 of the same issuer and scope, from the day after the old one unless told otherwise."""
    issuer = db.session.get_one(Organisation, appointment.issuer_id)
    scope = db.session.get_one(Organisation, appointment.scope_id)
    first = starts_on or max(date.fromordinal(queries.last_day(appointment).toordinal() + 1), clock.day_of(at))
    return appoint(of, issuer=issuer, scope=scope, starts_on=first, ends_on=ends_on, by=by, at=at, action="renew")


def end_early(
    of: Lecturer | Corps, appointment: Appointment, *, on: date, reason: str, by: Actor, at: datetime
) -> None:
    """Ends an appointment before its term: `on` is the last day in force."""
    _need(by, db.session.get_one(Organisation, appointment.issuer_id))
    if not appointment.starts_on <= on < queries.last_day(appointment):
        raise Invalid(_("提前结束的日期要在聘期之内。"), field="on")
    before, appointment.ended_on, appointment.reason = appointment.ended_on, on, reason
    changes.note(
        of, "end_appointment", by=by, at=at, subject="appointment", subject_id=appointment.id, words=reason,
        changed={"ended_on": [before, on]},
    )  # fmt: skip
    _tell(of, by, at)


def _tell(of: Lecturer | Corps, by: Actor, at: datetime) -> None:
    """The lecturer's availability changed; for a corps that of every member."""
    ids = [of.id]
    if isinstance(of, Corps):
        ids = list(
            db.session.scalars(sa.select(CorpsMember.lecturer_id).where(CorpsMember.corps_id == of.id).distinct())
        )
    for lecturer_id in sorted(ids):
        operations.changed(lecturer_id, by, at)
