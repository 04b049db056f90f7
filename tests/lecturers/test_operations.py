"""Lecturers, appointments, hours and corps: each act allowed and refused, on both databases."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Membership
from catalogue.core import events
from catalogue.core.actor import Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.errors import Invalid, NotAllowed, Stale
from catalogue.core.models import Audit
from catalogue.lecturers import appointing, corps, operations, queries
from catalogue.lecturers.errors import AlreadyLecturer, AlreadyMember, LeaderInOffice, LecturerEnded, TermsOverlap
from catalogue.lecturers.events import AvailabilityChanged
from catalogue.lecturers.models import CorpsRole, LecturerHistory, LecturerKind, Source, TitleTier
from tests.factories import (
    NOON,
    TODAY,
    a_course,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_person,
    actor_of,
    the_district,
    the_town,
)

VALUES = {"kind": LecturerKind.SPECIAL, "source": Source.EXTERNAL, "title_tier": TitleTier.FULL, "title_name": "教授"}
MORNING, AFTERNOON, EVENING = HalfDay


@pytest.fixture
def heard(app):
    """The lecturers whose availability changed."""
    seen: list[int] = []
    before = dict(app.extensions["songxue.listeners"])
    events.wire(app, {AvailabilityChanged: [lambda news, *, by, at: seen.append(news.lecturer_id)]})
    yield seen
    events.wire(app, before)


def keeper(district=None):
    return actor_of(a_district_administrator(district))


def acts(lecturer):
    query = (
        sa.select(LecturerHistory.action).where(LecturerHistory.owner_id == lecturer.id).order_by(LecturerHistory.id)
    )
    return list(db.session.scalars(query))


def test_the_districts_administrator_makes_a_person_a_lecturer_with_the_role(app, heard):
    by, district = keeper(), the_district()
    person = operations.a_person(district, name="单老师", phone="13800000001", by=by, at=NOON)

    lecturer = operations.create(person, district, VALUES, by=by, at=NOON)

    role = db.session.scalars(sa.select(Membership).where(Membership.person_id == person.id)).one()
    assert (lecturer.display_name, lecturer.sort_key, lecturer.initials) == ("单老师", "shan4 lao3 shi1", "sls")
    assert (role.role, role.organisation_id, role.starts_on) == (Role.LECTURER, district.id, TODAY)
    assert (heard, acts(lecturer)) == ([lecturer.id], ["create"])


def test_a_person_is_one_lecturer_in_the_city(app):
    lecturer = a_lecturer()

    with pytest.raises(AlreadyLecturer):
        operations.create(
            db.session.get_one(type(a_person()), lecturer.person_id), the_district(), VALUES, by=keeper(), at=NOON
        )


@pytest.mark.parametrize("who", [a_dispatcher, lambda: a_district_administrator(a_district())])
def test_nobody_else_makes_lecturers(app, who):
    person, by = a_person(), actor_of(who())

    with pytest.raises(NotAllowed):
        operations.create(person, the_district(), VALUES, by=by, at=NOON)


def test_a_lecturer_changes_where_they_live_but_not_their_title(app):
    lecturer = a_lecturer()
    by = actor_of(lecturer)

    operations.edit(lecturer, {"radius_km": 12, "max_per_month": 8}, by=by, at=NOON, version=lecturer.version)
    with pytest.raises(NotAllowed):
        operations.edit(lecturer, {"title_tier": TitleTier.ACADEMICIAN}, by=by, at=NOON)

    assert (lecturer.radius_km, lecturer.max_per_month, lecturer.title_tier) == (12, 8, TitleTier.NONE)


def test_another_lecturer_changes_nothing(app):
    lecturer, other = a_lecturer(), a_lecturer()

    with pytest.raises(NotAllowed):
        operations.edit(lecturer, {"radius_km": 12}, by=actor_of(other), at=NOON)
    with pytest.raises(NotAllowed):
        operations.set_hours(lecturer, [], by=actor_of(other), at=NOON)


def test_a_stale_page_changes_nothing(app):
    lecturer, by = a_lecturer(), keeper()
    version = lecturer.version
    operations.set_hours(lecturer, [(0, MORNING, 540, 690)], by=by, at=NOON, version=version)

    with pytest.raises(Stale):
        operations.set_hours(lecturer, [], by=by, at=NOON, version=version)

    assert queries.hours_of([lecturer.id])[lecturer.id] == {(0, MORNING): (540, 690)}


def test_the_end_of_a_lecturer_ends_the_role_and_every_change(app):
    lecturer, by = a_lecturer(), keeper()

    operations.end(lecturer, by=by, at=NOON, reason="退休")

    role = db.session.scalars(sa.select(Membership).where(Membership.person_id == lecturer.person_id)).one()
    assert (lecturer.ended_on, role.ends_on) == (TODAY, TODAY)
    with pytest.raises(LecturerEnded):
        operations.edit(lecturer, {"radius_km": 3}, by=by, at=NOON)


def test_a_lecturer_may_not_end_the_own_row(app):
    lecturer = a_lecturer()

    with pytest.raises(NotAllowed):
        operations.end(lecturer, by=actor_of(lecturer), at=NOON)


# ── qualifications ─────────────────────────────────────────────────────────────────────────────


def test_a_course_is_taught_from_the_day_after_the_trial_lecture_on(app, heard):
    lecturer, course, by = a_lecturer(), a_course(), keeper()

    made = operations.qualify(
        lecturer, course, since=date(2026, 4, 1), trial_lecture_on=date(2026, 3, 20), by=by, at=NOON
    )
    operations.end_qualification(lecturer, made, until=date(2026, 4, 30), by=by, at=NOON)

    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)]
    assert [len(queries.teaching(course.id, d)) for d in days] == [0, 1, 1, 0]
    assert heard == [lecturer.id, lecturer.id]


def test_a_trial_lecture_after_the_first_lesson_is_refused(app):
    with pytest.raises(Invalid) as refused:
        operations.qualify(
            a_lecturer(), a_course(), since=date(2026, 4, 1), trial_lecture_on=date(2026, 4, 2), by=keeper(), at=NOON
        )

    assert refused.value.field == "trial_lecture_on"


def test_two_qualifications_of_one_course_do_not_overlap_and_a_lecturer_grants_none(app):
    course = a_course()
    lecturer = a_lecturer("", course)

    with pytest.raises(Invalid):
        operations.qualify(lecturer, course, since=date(2026, 4, 1), by=keeper(), at=NOON)
    with pytest.raises(NotAllowed):
        operations.qualify(lecturer, a_course(), since=date(2026, 4, 1), by=actor_of(lecturer), at=NOON)


# ── appointments ───────────────────────────────────────────────────────────────────────────────


def appoint(lecturer, starts_on, ends_on, scope=None, by=None, **more):
    district = the_district()
    return appointing.appoint(
        lecturer, issuer=district, scope=scope or district, starts_on=starts_on, ends_on=ends_on, by=by or keeper(), at=NOON, **more
    )  # fmt: skip


def test_an_appointment_gets_the_districts_next_number(app, heard):
    lecturer = a_lecturer(appointed=None)

    made = appoint(lecturer, date(2026, 4, 1), date(2027, 3, 31))

    assert (made.number, made.district_id, heard) == ("QP26-S-00001", the_district().id, [lecturer.id])
    assert acts(lecturer) == ["appoint"]


def test_overlapping_terms_of_one_scope_are_refused_and_touching_ones_are_not(app):
    lecturer = a_lecturer(appointed=(date(2026, 1, 1), date(2026, 3, 31)))

    with pytest.raises(TermsOverlap):
        appoint(lecturer, date(2026, 3, 31), date(2026, 12, 31))
    appoint(lecturer, date(2026, 4, 1), date(2026, 12, 31))
    appoint(lecturer, date(2026, 3, 1), date(2026, 12, 31), scope=the_town())

    assert len(queries.appointments_of(lecturer.id)) == 3


def test_an_early_end_makes_room_for_a_new_term(app):
    lecturer, by = a_lecturer(appointed=(date(2026, 1, 1), date(2026, 12, 31))), keeper()
    old = queries.appointments_of(lecturer.id)[0]

    appointing.end_early(lecturer, old, on=date(2026, 3, 15), reason="调离", by=by, at=NOON)
    new = appointing.renew(lecturer, old, ends_on=date(2027, 3, 15), by=by, at=NOON)

    assert (new.starts_on, new.issuer_id, new.scope_id) == (date(2026, 3, 16), old.issuer_id, old.scope_id)
    assert (old.ends_on, old.ended_on, old.reason) == (date(2026, 12, 31), date(2026, 3, 15), "调离")
    with pytest.raises(Invalid):
        appointing.end_early(lecturer, old, on=date(2026, 3, 20), reason="", by=by, at=NOON)


@pytest.mark.parametrize("who", [a_dispatcher, lambda: a_district_administrator(a_district())])
def test_only_the_districts_administrator_appoints(app, who):
    with pytest.raises(NotAllowed):
        appoint(a_lecturer(appointed=None), TODAY, date(2026, 12, 31), by=actor_of(who()))


# ── exceptions ─────────────────────────────────────────────────────────────────────────────────

THURSDAY = date(2026, 4, 9)


def test_a_lecturer_is_away_for_half_a_day_and_takes_it_back(app, heard):
    lecturer = a_lecturer()
    by = actor_of(lecturer)

    operations.set_exception(lecturer, THURSDAY, [MORNING], False, by=by, at=NOON, note="看病")
    away = queries.days_away(lecturer.id, THURSDAY, THURSDAY)
    free = queries.free_half_days([lecturer.id], THURSDAY, THURSDAY)[lecturer.id][THURSDAY]
    operations.set_exception(lecturer, THURSDAY, [MORNING], None, by=by, at=NOON)

    assert (away, list(free)) == ({THURSDAY: (MORNING,)}, [AFTERNOON, EVENING])
    assert queries.days_away(lecturer.id, THURSDAY, THURSDAY) == {}
    assert (acts(lecturer), heard) == (["away", "as_usual"], [lecturer.id] * 2)


def test_the_private_note_is_in_no_history_and_no_audit(app):
    lecturer = a_lecturer()
    operations.set_exception(lecturer, THURSDAY, [MORNING], False, by=actor_of(lecturer), at=NOON, note="看病住院")

    db.session.commit()
    rows = db.session.scalars(sa.select(LecturerHistory)).all()
    audit = db.session.scalars(sa.select(Audit)).all()
    assert ["看病住院" in f"{r.words}{r.changed}" for r in rows] == [False]
    assert ["看病住院" in r.fields for r in audit] == [False]


def test_free_against_the_week_is_the_whole_half_day(app):
    lecturer = a_lecturer(half_days=[])
    operations.set_exception(lecturer, THURSDAY, [EVENING], True, by=actor_of(lecturer), at=NOON)

    assert queries.free_half_days([lecturer.id], THURSDAY, THURSDAY)[lecturer.id] == {THURSDAY: {EVENING: (1050, 1290)}}


def test_the_past_is_not_changed(app):
    lecturer = a_lecturer()

    with pytest.raises(Invalid):
        operations.set_exception(lecturer, date(2026, 3, 1), [MORNING], False, by=actor_of(lecturer), at=NOON)


def a_corps(*members, leader=None):
    by = keeper()
    made = corps.create(the_town(), "乡音宣讲团", by=by, at=NOON)
    for lecturer in members:
        corps.join(made, lecturer, joined_on=date(2026, 1, 1), by=by, at=NOON)
    if leader is not None:
        corps.join(made, leader, joined_on=date(2026, 1, 1), role=CorpsRole.LEADER, by=by, at=NOON)
    return made


def test_a_corps_leader_marks_a_member_away_but_writes_no_note_and_touches_no_stranger(app):
    member, leader, stranger = a_lecturer(), a_lecturer(), a_lecturer()
    a_corps(member, leader=leader)
    by = actor_of(leader)

    operations.set_exception(member, THURSDAY, [MORNING], False, by=by, at=NOON)

    assert queries.days_away(member.id, THURSDAY, THURSDAY) == {THURSDAY: (MORNING,)}
    with pytest.raises(NotAllowed):
        operations.set_exception(member, THURSDAY, [MORNING], False, by=by, at=NOON, note="听说病了")
    with pytest.raises(NotAllowed):
        operations.set_exception(stranger, THURSDAY, [MORNING], False, by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.set_exception(leader, THURSDAY, [MORNING], False, by=actor_of(member), at=NOON)


# ── corps ──────────────────────────────────────────────────────────────────────────────────────


def test_a_leader_takes_members_in_and_out_but_makes_no_leader(app):
    leader, new = a_lecturer(), a_lecturer()
    made = a_corps(leader=leader)
    by = actor_of(leader)

    member = corps.join(made, new, by=by, at=NOON)
    with pytest.raises(AlreadyMember):
        corps.join(made, new, by=by, at=NOON)
    corps.leave(made, member, on=TODAY, by=by, at=NOON)

    assert [(m.lecturer_id, m.left_on) for m in queries.members(made.id)] == [(leader.id, None), (new.id, TODAY)]
    with pytest.raises(NotAllowed):
        corps.lead(made, new, by=by, at=NOON)
    with pytest.raises(NotAllowed):
        corps.join(made, a_lecturer(), by=actor_of(new), at=NOON)


def test_a_corps_has_one_leader_at_a_time_and_the_one_before_stays_a_member(app):
    first, second = a_lecturer(), a_lecturer()
    made, by = a_corps(second, leader=first), keeper()

    with pytest.raises(LeaderInOffice):
        corps.join(made, a_lecturer(), role=CorpsRole.LEADER, by=by, at=NOON)
    corps.lead(made, second, by=by, at=NOON)

    assert [(m.lecturer_id, m.role) for m in queries.members(made.id) if m.left_on is None] == [
        (second.id, CorpsRole.LEADER),
        (first.id, CorpsRole.MEMBER),
    ]
    assert [m.role for m in queries.corps_on(first.id, date(2026, 3, 1))] == [CorpsRole.LEADER]
    roles = sa.select(Membership.person_id, Membership.ends_on).where(Membership.role == Role.CORPS_LEADER)
    assert set(map(tuple, db.session.execute(roles))) == {(first.person_id, date(2026, 3, 1)), (second.person_id, None)}


def test_an_appointment_of_a_corps_covers_its_members_while_they_belong(app):
    member = a_lecturer(appointed=None)
    made = a_corps(member)
    appointing.appoint(
        made, issuer=the_district(), scope=the_district(), starts_on=date(2025, 6, 1), ends_on=date(2026, 12, 31), by=keeper(), at=NOON
    )  # fmt: skip

    assert queries.standing(member.id, date(2025, 12, 31)).why is queries.Why.NOT_YET
    assert queries.standing(member.id, TODAY).why is None


def test_a_name_of_a_corps_is_taken_once_in_a_district(app):
    a_corps()

    with pytest.raises(Invalid) as refused:
        corps.create(the_district(), "乡音宣讲团", by=keeper(), at=NOON)

    assert refused.value.field == "name"


def test_the_end_of_a_corps_ends_its_memberships_and_no_course_asks_it_any_more(app):
    member = a_lecturer()
    made = a_corps(member)
    course = a_course(corps_id=made.id)

    corps.end(made, by=keeper(), at=NOON)

    assert (made.ended_on, [m.left_on for m in queries.members(made.id)]) == (TODAY, [TODAY])
    assert course.corps_id is None
