"""Who may teach, and why not, on both databases."""

import base64
import json
from datetime import date

import pytest

from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.errors import NotVisible
from catalogue.lecturers import listing, queries
from catalogue.lecturers.models import Appointment, Corps, CorpsMember, CorpsRole, LecturerKind
from catalogue.lecturers.policy import Sight, sight
from catalogue.lecturers.queries import Why
from catalogue.venues import queries as venues
from tests.factories import (
    TODAY,
    a_committee,
    a_course,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_system_administrator,
    a_venue,
    actor_of,
    an_orderer,
    save,
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

    assert queries.standing(lecturer.id, TODAY, (town.id,)).why is None
    assert queries.standing(lecturer.id, TODAY, (town.id + 1,)).why is Why.ELSEWHERE
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


# ── what the pages ask ─────────────────────────────────────────────────────────────────────────


def test_the_list_answers_every_filter_alike_on_both_databases(app):
    course = a_course("停车难")
    soon = a_lecturer("单老师", course, appointed=(date(2025, 1, 1), date(2026, 4, 1)))
    none = a_lecturer("曾老师", appointed=None, kind=LecturerKind.FULL_TIME, home_place="朱家角镇")
    member = a_lecturer("王老师", appointed=None)
    district = the_district()
    corps = save(Corps(district_id=district.id, organisation_id=district.id, name="团"))
    save(CorpsMember(corps_id=corps.id, lecturer_id=member.id, role=CorpsRole.LEADER, joined_on=date(2026, 1, 1)))
    save(
        Appointment(
            number="QP26-S-90001", district_id=district.id, corps_id=corps.id, issuer_id=district.id, scope_id=district.id,
            starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31),
        )
    )  # fmt: skip
    by = actor_of(a_dispatcher())
    wanted = {
        listing.Wanted(): [soon, member, none],
        listing.Wanted(q="停车"): [soon],
        listing.Wanted(q="50%"): [],
        listing.Wanted(kind="full_time"): [none],
        listing.Wanted(kind="nonsense"): [soon, member, none],
        listing.Wanted(home="朱家角镇"): [none],
        listing.Wanted(term="in_force"): [soon, member],
        listing.Wanted(term="ending"): [soon],
        listing.Wanted(term="none"): [none],
        listing.Wanted(ended=True): [],
    }

    assert {w: list(listing.page_of(by, w, TODAY).page.rows) for w in wanted} == wanted
    assert listing.page_of(by, listing.Wanted(), TODAY).courses == {soon.id: 1}
    assert dict(listing.counts(by, listing.Wanted(), TODAY).kinds) == {"special": 2, "full_time": 1}
    assert [(r.name, r.leader, r.members) for r in listing.corps_rows(by).rows] == [("团", "王老师", 1)]
    assert listing.courses_like(district.id, "tcn") == [course]
    assert listing.lecturers_like(by, district.id, "单") == [soon]


def test_a_row_is_locked_where_it_is_changed(app):
    lecturer, district = a_lecturer(), the_district()
    corps = save(Corps(district_id=district.id, organisation_id=district.id, name="团"))
    venue = a_venue()
    by = actor_of(a_district_administrator())

    assert queries.seen(by, lecturer.id, to_change=True) is lecturer
    assert queries.seen_corps(by, corps.id, to_change=True) is corps
    assert venues.seen(by, venue.id, to_change=True) is venue


def test_issuers_are_the_district_and_what_lies_in_it(app):
    town = the_town()
    a_committee()
    a_district()

    assert queries.issuing(actor_of(a_district_administrator(the_district()))) == [the_district(), town]


@pytest.mark.parametrize("values", [["x", "y"], [1, 2], ["a", 2**70], ["a", True], ["a", 1.5], [None, None]])
def test_an_edited_mark_shows_the_first_page(app, values):
    lecturer = a_lecturer()
    mark = base64.urlsafe_b64encode(json.dumps([["v", v] for v in values]).encode()).decode()

    found = listing.page_of(actor_of(a_dispatcher()), listing.Wanted(), TODAY, after=mark)

    assert list(found.page.rows) == [lecturer]
