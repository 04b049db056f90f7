"""What the database refuses about lecturers, whoever writes."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.lecturers.models import (
    Appointment,
    AvailabilityException,
    Corps,
    CorpsMember,
    CorpsRole,
    Lecturer,
    Qualification,
    WeeklyHours,
)
from tests.factories import TODAY, a_course, a_lecturer, save, the_district

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


def refused(row):
    db.session.add(row)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize(
    "values",
    [{"home_latitude": 31.0, "home_longitude": None}, {"home_latitude": 91.0}, {"radius_km": 0}, {"max_per_month": 94}, {"max_half_days_per_day": 4}],
)  # fmt: skip
def test_a_lecturer_has_a_whole_home_and_limits_in_range(app, values):
    with pytest.raises(sa.exc.IntegrityError):
        a_lecturer(**values)
    db.session.rollback()


def test_a_person_is_one_lecturer(app):
    first = a_lecturer()
    copy = {c.name: getattr(first, c.name) for c in Lecturer.__table__.columns if c.name not in ("id", "version")}

    refused(Lecturer(**copy))


def test_a_qualification_begins_after_its_trial_lecture_and_ends_after_it_begins(app):
    lecturer, course = a_lecturer(), a_course()
    db.session.commit()
    wanted = {"lecturer_id": lecturer.id, "course_id": course.id}

    refused(Qualification(**wanted, since=JAN, trial_lecture_on=FEB))
    refused(Qualification(**wanted, since=FEB, until=JAN))


def test_an_appointment_is_of_a_lecturer_or_of_a_corps_and_its_term_runs_forward(app):
    lecturer, district = a_lecturer(), the_district()
    corps = save(Corps(district_id=district.id, organisation_id=district.id, name="团"))
    db.session.commit()
    wanted = {"number": "N1", "district_id": district.id, "issuer_id": district.id, "scope_id": district.id}

    refused(Appointment(**wanted, starts_on=JAN, ends_on=FEB))
    refused(Appointment(**wanted, starts_on=JAN, ends_on=FEB, lecturer_id=lecturer.id, corps_id=corps.id))
    refused(Appointment(**wanted, starts_on=FEB, ends_on=JAN, lecturer_id=lecturer.id))
    refused(Appointment(**wanted, starts_on=FEB, ends_on=FEB, ended_on=JAN, lecturer_id=lecturer.id))


def test_hours_run_forward_and_a_half_day_is_said_once(app):
    lecturer = a_lecturer(half_days=[(0, HalfDay.MORNING)])
    save(AvailabilityException(lecturer_id=lecturer.id, day=TODAY, half_day=HalfDay.MORNING, free=True))
    db.session.commit()
    wanted = {"lecturer_id": lecturer.id, "half_day": HalfDay.MORNING}

    refused(WeeklyHours(**wanted, weekday=0, starts=500, ends=600))
    refused(WeeklyHours(**wanted, weekday=1, starts=600, ends=600))
    refused(AvailabilityException(**wanted, day=TODAY, free=False))


def test_a_corps_has_one_leader_in_force_and_a_member_belongs_once(app):
    one, two, district = a_lecturer(), a_lecturer(), the_district()
    corps = save(Corps(district_id=district.id, organisation_id=district.id, name="团"))
    save(CorpsMember(corps_id=corps.id, lecturer_id=one.id, role=CorpsRole.LEADER, joined_on=JAN))
    db.session.commit()

    refused(CorpsMember(corps_id=corps.id, lecturer_id=two.id, role=CorpsRole.LEADER, joined_on=JAN))
    refused(CorpsMember(corps_id=corps.id, lecturer_id=one.id, role=CorpsRole.MEMBER, joined_on=FEB))
    save(CorpsMember(corps_id=corps.id, lecturer_id=two.id, role=CorpsRole.LEADER, joined_on=JAN, left_on=FEB))
