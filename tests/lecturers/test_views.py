"""Pages of lecturers and corps: who sees what, what the forms do, and what a list costs."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.lecturers import operations, queries
from catalogue.lecturers.models import Appointment, AvailabilityException, Corps, CorpsMember, CorpsRole, Lecturer
from tests.factories import (
    NOON,
    TODAY,
    a_committee,
    a_course,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_person,
    actor_of,
    an_orderer,
    save,
    the_district,
)


def of(lecturer):
    return db.session.get_one(Person, lecturer.person_id)


def text_of(answer):
    return answer.get_data(as_text=True)


def a_corps(leader=None, *members):
    corps = save(Corps(district_id=the_district().id, organisation_id=the_district().id, name="乡音宣讲团"))
    for lecturer in (*([leader] if leader else []), *members):
        role = CorpsRole.LEADER if lecturer is leader else CorpsRole.MEMBER
        save(CorpsMember(corps_id=corps.id, lecturer_id=lecturer.id, role=role, joined_on=date(2026, 1, 1)))
    return corps


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_and_three_rows(client, statements, rows):
    for _ in range(rows):
        a_lecturer("", a_course())
    client.sign_in(a_district_administrator())

    with statements() as sent:
        answer = client.get("/lecturers/")

    assert (answer.status_code, len(sent)) == (200, 6)
    assert text_of(answer).count('<th scope="row">') == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_one_lecturer_costs_the_same_with_one_and_three_courses(client, statements, rows):
    lecturer = a_lecturer("", *(a_course() for _ in range(rows)))
    client.sign_in(a_district_administrator())

    with statements() as sent:
        answer = client.get(f"/lecturers/{lecturer.id}")

    assert (answer.status_code, len(sent)) == (200, 10)


@pytest.mark.parametrize(
    ("asked", "found"),
    [("q=单老", ["单老师"]), ("q=sls", ["单老师"]), ("q=shan", ["单老师"]), ("q=停车", ["曾老师"]), ("kind=full_time", ["曾老师"]), ("term=none", ["曾老师"]), ("term=ending", ["单老师"])],
)  # fmt: skip
def test_the_list_is_searched_and_filtered(client, asked, found):
    a_lecturer("单老师", appointed=(date(2025, 1, 1), date(2026, 4, 1)))
    a_lecturer("曾老师", a_course("停车难"), appointed=None, kind="full_time")
    a_lecturer("王老师")
    client.sign_in(a_dispatcher())

    shown = text_of(client.get(f"/lecturers/?{asked}"))

    assert [n for n in ("单老师", "曾老师", "王老师") if n in shown] == found


def test_an_empty_search_says_what_to_do(client):
    client.sign_in(a_dispatcher())

    assert "去掉一些条件再找" in text_of(client.get("/lecturers/?q=没有这个人"))


def test_who_sees_how_much_of_a_lecturer(client):
    lecturer = a_lecturer("单老师", bio="住在三楼")
    path = f"/lecturers/{lecturer.id}"
    seen = {}
    for name, person in {
        "administrator": a_district_administrator(), "dispatcher": a_dispatcher(), "orderer": an_orderer(a_committee()), "self": of(lecturer),
        "foreign": a_district_administrator(a_district()),
    }.items():  # fmt: skip
        client.sign_in(person)
        answer = client.get(path)
        words = text_of(answer)
        seen[name] = (answer.status_code, "住在三楼" in words, "改动记录" in words)

    assert seen == {
        "administrator": (200, True, True), "dispatcher": (200, True, False), "orderer": (200, False, False), "self": (200, True, False),
        "foreign": (404, False, False),
    }  # fmt: skip


def test_an_administrator_registers_a_lecturer_with_a_telephone_only(client):
    the_district()
    client.sign_in(a_district_administrator())
    fields = {
        "display_name": "单老师",
        "phone": "138 0000 1234",
        "kind": "special",
        "source": "external",
        "title_tier": "full",
        "title_name": "教授",
    }

    answer = client.send("/lecturers/new", fields)

    made = db.session.scalars(sa.select(Lecturer)).one()
    assert (answer.status_code, answer.location) == (302, f"/lecturers/{made.id}")
    assert (made.title_name, of(made).phone) == ("教授", "13800001234")


def test_a_wrong_telephone_keeps_what_was_typed(client):
    client.sign_in(a_district_administrator())

    answer = client.send(
        "/lecturers/new",
        {"display_name": "单老师", "phone": "12", "kind": "special", "source": "external", "title_tier": "none"},
    )

    assert (answer.status_code, "单老师" in text_of(answer), "请填写手机号码" in text_of(answer)) == (422, True, True)


def test_a_known_person_becomes_a_lecturer_but_none_of_another_district(client):
    known, foreign = a_person("曾老师"), a_person("外区人", a_district())
    client.sign_in(a_district_administrator(the_district()))
    fields = {"display_name": "曾老师", "kind": "special", "source": "external", "title_tier": "none"}

    answers = [client.send(f"/lecturers/from/{p.id}", fields).status_code for p in (known, foreign)]

    assert answers == [302, 404]
    assert db.session.scalars(sa.select(Lecturer.person_id)).all() == [known.id]


def test_a_dispatcher_changes_no_lecturer(client):
    lecturer = a_lecturer()
    client.sign_in(a_dispatcher())

    paths = ("edit", "end", "qualify", "appoint", "hours")
    assert [client.send(f"/lecturers/{lecturer.id}/{p}", {}).status_code for p in paths] == [403] * 5


def test_a_lecturer_changes_the_own_hours_and_nobody_elses(client):
    lecturer, other = a_lecturer(half_days=[]), a_lecturer()
    client.sign_in(of(lecturer))
    fields = {"on_0_morning": "y", "from_0_morning": "09:00", "to_0_morning": "11:30", "on_1_evening": "y"}

    own = client.send(f"/lecturers/{lecturer.id}/hours", {**fields, "version": lecturer.version})
    others = client.send(f"/lecturers/{other.id}/hours", fields)

    assert (own.status_code, others.status_code) == (302, 403)
    assert queries.hours_of([lecturer.id])[lecturer.id] == {
        (0, HalfDay.MORNING): (540, 690),
        (1, HalfDay.EVENING): (1050, 1290),
    }


def test_an_old_page_of_hours_answers_409_with_what_was_ticked(client):
    lecturer = a_lecturer()
    client.sign_in(a_district_administrator())

    answer = client.send(f"/lecturers/{lecturer.id}/hours", {"on_0_morning": "y", "version": lecturer.version + 1})

    assert (answer.status_code, "刚刚被别人改过" in text_of(answer)) == (409, True)


def test_an_administrator_appoints_renews_and_ends(client):
    lecturer = a_lecturer(appointed=None)
    district = the_district().id
    client.sign_in(a_district_administrator())
    base = f"/lecturers/{lecturer.id}"

    client.send(
        f"{base}/appoint", {"issuer": district, "scope": district, "starts_on": "2026-03-01", "ends_on": "2027-02-28"}
    )
    first = db.session.scalars(sa.select(Appointment)).one()
    overlapping = client.send(
        f"{base}/appoint", {"issuer": district, "scope": district, "starts_on": "2027-02-28", "ends_on": "2028-02-28"}
    )
    client.send(f"{base}/appointments/{first.id}/renew", {"starts_on": "2027-03-01", "ends_on": "2028-02-28"})
    client.send(f"{base}/appointments/{first.id}/end", {"on": "2026-06-30", "reason": "调离"})

    rows = db.session.scalars(sa.select(Appointment).order_by(Appointment.id)).all()
    assert (overlapping.status_code, "聘期重叠" in text_of(overlapping)) == (409, True)
    assert [(a.number, a.starts_on, a.ended_on) for a in rows] == [
        ("QP26-S-00001", date(2026, 3, 1), date(2026, 6, 30)),
        ("QP26-S-00002", date(2027, 3, 1), None),
    ]


def test_an_administrator_finds_and_registers_a_course(client):
    lecturer, course = a_lecturer(), a_course("停车难")
    client.sign_in(a_district_administrator())
    path = f"/lecturers/{lecturer.id}/qualify"

    shown = text_of(client.get(f"{path}?q=停车"))
    answer = client.send(
        f"{path}?q=停车", {"course": course.id, "since": "2026-03-02", "trial_lecture_on": "2026-02-20"}
    )

    assert ("停车难" in shown, answer.status_code) == (True, 302)
    assert queries.teaching(course.id, TODAY) == [lecturer]


def test_another_lecturers_appointment_is_not_found_under_this_one(client):
    lecturer, other = a_lecturer(), a_lecturer()
    theirs = queries.appointments_of(other.id)[0]
    client.sign_in(a_district_administrator())

    assert client.get(f"/lecturers/{lecturer.id}/appointments/{theirs.id}/end").status_code == 404


# ── corps ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_corps_costs_the_same_with_one_and_three_rows(client, statements, rows):
    for n in range(rows):
        save(Corps(district_id=the_district().id, organisation_id=the_district().id, name=f"团{n}"))
    client.sign_in(a_district_administrator())

    with statements() as sent:
        answer = client.get("/lecturers/corps/")

    assert (answer.status_code, len(sent)) == (200, 2)


def test_a_leader_takes_a_lecturer_in_and_a_member_may_not(client):
    leader, member, new = a_lecturer("团长"), a_lecturer("成员"), a_lecturer("新人")
    corps = a_corps(leader, member)
    person = of(leader)
    save(_membership(person))
    path = f"/lecturers/corps/{corps.id}/join?q=新"

    client.sign_in(of(member))
    refused = client.send(path, {"lecturer": new.id, "joined_on": "2026-03-02"})
    client.sign_in(person)
    answer = client.send(path, {"lecturer": new.id, "joined_on": "2026-03-02", "leader": "y"})

    assert (refused.status_code, answer.status_code) == (403, 302)
    assert [(m.lecturer_id, m.role) for m in queries.members(corps.id)][-1] == (new.id, CorpsRole.MEMBER)


def _membership(person):
    from catalogue.accounts.models import Membership
    from catalogue.core.actor import Role

    return Membership(
        person_id=person.id, organisation_id=the_district().id, role=Role.CORPS_LEADER, starts_on=date(2026, 1, 1)
    )


def test_an_administrator_makes_a_corps_and_changes_its_leader(client):
    old, new = a_lecturer(), a_lecturer()
    client.sign_in(a_district_administrator())

    client.send("/lecturers/corps/new", {"name": "金秋宣讲团", "organisation": the_district().id})
    corps = db.session.scalars(sa.select(Corps)).one()
    for lecturer in (old, new):
        save(CorpsMember(corps_id=corps.id, lecturer_id=lecturer.id, role=CorpsRole.MEMBER, joined_on=date(2026, 1, 1)))
    member = queries.members(corps.id)[0]
    answer = client.send(f"/lecturers/corps/{corps.id}/members/{member.id}/lead")
    shown = text_of(client.get(f"/lecturers/corps/{corps.id}"))

    assert (answer.status_code, "团长" in shown) == (302, True)
    assert [m.role for m in queries.corps_on(member.lecturer_id, TODAY)] == [CorpsRole.LEADER]


def test_no_exception_is_left_by_looking(client):
    lecturer = a_lecturer()
    client.sign_in(of(lecturer))
    client.get(f"/lecturers/{lecturer.id}")

    assert db.session.scalar(sa.select(sa.func.count()).select_from(AvailabilityException)) == 0


def test_a_lecturer_who_stops_is_not_called_ending_and_a_hidden_term_does_not_read_as_none(client):
    lecturer, keeper = a_lecturer("讲师甲"), a_district_administrator()
    operations.end(lecturer, on=TODAY, reason="", by=actor_of(keeper), at=NOON)
    reader = an_orderer(a_committee())
    lecturer_id = lecturer.id
    db.session.commit()

    page = client.sign_in(keeper).get(f"/lecturers/{lecturer_id}").text
    shown = client.sign_in(reader).get("/lecturers/?ended=1").text + client.get("/lecturers/").text

    assert "教到 3月2日，以后停止授课" in page
    assert "快到期" not in page
    assert "只给区里看" in shown


def test_the_page_of_a_corps_has_no_column_of_acts_for_readers(client):
    corps = a_corps(None, a_lecturer())
    keeper, reader = a_district_administrator(), an_orderer(a_committee())
    url = f"/lecturers/corps/{corps.id}"
    db.session.commit()

    assert "操作" in client.sign_in(keeper).get(url).text
    assert "操作" not in client.sign_in(reader).get(url).text
