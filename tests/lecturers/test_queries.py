"""Who may teach, and why not, on both databases."""

from datetime import date

import pytest

from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.errors import NotVisible
from catalogue.lecturers import queries
from catalogue.lecturers.models import Appointment
from catalogue.lecturers.policy import Sight, sight
from catalogue.lecturers.queries import Why
from tests.factories import (
    TODAY,
    a_committee,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_system_administrator,
    actor_of,
    an_orderer,
    the_district,
    the_town,
)


@pytest.mark.parametrize(
    ("day", "why", "words"),
    [
        (date(2026, 3, 1), Why.NOT_YET, "聘期 3月2日才开始"),
        (date(2026, 3, 2), None, ""),
        (date(2026, 3, 31), None, ""),
        (date(2026, 4, 1), Why.EXPIRED, "聘期到 3月31日已经结束"),
    ],
)
def test_the_reason_without_an_appointment_in_force_names_the_day(app, day, why, words):
    lecturer = a_lecturer(appointed=(date(2026, 3, 2), date(2026, 3, 31)))

    found = queries.standing(lecturer.id, day)

    assert (found.why, found.words) == (why, words)


def test_an_appointment_for_one_town_is_none_elsewhere(app):
    lecturer, town = a_lecturer(appointed=None), the_town()
    db.session.add(
        Appointment(
            number="QP26-S-90000", district_id=town.district_id, lecturer_id=lecturer.id, issuer_id=town.id, scope_id=town.id,
            starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
        )
    )  # fmt: skip

    assert queries.standing(lecturer.id, TODAY, (1, town.id)).why is None
    assert queries.standing(lecturer.id, TODAY, (1, 999)).why is Why.ELSEWHERE
    assert queries.standing(a_lecturer(appointed=None).id, TODAY).why is Why.NEVER


def test_appointments_that_end_within_sixty_days_are_listed_soonest_first(app):
    late = a_lecturer(appointed=(date(2025, 5, 1), date(2026, 5, 1)))
    a_lecturer(appointed=(date(2025, 5, 1), date(2026, 5, 2)))
    a_lecturer(appointed=(date(2025, 5, 1), date(2026, 3, 1)))
    soon = a_lecturer(appointed=(date(2025, 5, 1), date(2026, 3, 2)))

    found = queries.expiring([the_district().id], TODAY)

    assert found == [(soon, date(2026, 3, 2)), (late, date(2026, 5, 1))]


def test_the_free_half_days_of_many_lecturers_cost_two_statements(app, statements):
    one = a_lecturer(half_days=[(3, HalfDay.MORNING)]).id
    two = a_lecturer(half_days=[(3, HalfDay.EVENING), (4, HalfDay.EVENING)]).id

    with statements() as sent:
        found = queries.free_half_days([one, two], date(2026, 4, 9), date(2026, 4, 10))

    assert len(sent) == 2
    assert found == {
        one: {date(2026, 4, 9): {HalfDay.MORNING: (540, 690)}},
        two: {date(2026, 4, 9): {HalfDay.EVENING: (1080, 1230)}, date(2026, 4, 10): {HalfDay.EVENING: (1080, 1230)}},
    }


def test_another_district_sees_a_lecturer_only_when_appointed_there_and_then_only_the_card(app):
    lecturer, other = a_lecturer(), a_district()
    by = actor_of(a_dispatcher(other))

    with pytest.raises(NotVisible):
        queries.seen(by, lecturer.id)
    db.session.add(
        Appointment(
            number="BS26-S-90000", district_id=other.id, lecturer_id=lecturer.id, issuer_id=other.id, scope_id=other.id,
            starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
        )
    )  # fmt: skip

    assert sight(by, queries.seen(by, lecturer.id), ()) is Sight.CARD


def test_how_much_each_role_sees(app):
    lecturer = a_lecturer()
    expected = {
        a_district_administrator: Sight.ALL,
        a_dispatcher: Sight.PROFILE,
        lambda: an_orderer(a_committee()): Sight.CARD,
        lambda: a_district_administrator(a_district()): Sight.CARD,
    }

    assert [sight(actor_of(who()), lecturer, ()) for who in expected] == list(expected.values())
    assert sight(actor_of(lecturer), lecturer, ()) is Sight.ALL


def test_a_system_administrator_sees_no_lecturers(app):
    lecturer = a_lecturer()

    with pytest.raises(NotVisible):
        queries.seen(actor_of(a_system_administrator()), lecturer.id)
