"""A button pressed twice without a script: one thing, and both presses lead to the same page."""

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Membership
from catalogue.core.db import db
from catalogue.courses.models import EditionItem, Series
from catalogue.dispatch.models import Dispatch
from catalogue.lecturers.models import Appointment, Corps, CorpsMember, Qualification
from catalogue.orders.models import OrderNote
from catalogue.organisations.models import OrganisationAlias
from catalogue.venues.models import Plaque, VenueClosure
from tests.dispatch.making import a_case, picks_of
from tests.factories import (
    a_course,
    a_dispatcher,
    a_district_administrator,
    a_lecturer,
    a_person,
    a_venue,
    an_edition,
    an_item,
    an_order,
    save,
    the_district,
    the_town,
)

DAYS = {"starts_on": "2027-03-01", "ends_on": "2027-12-31"}


def note():
    return f"/orders/{an_order().id}/notes", {"words": "王主任说下午打来"}, OrderNote, 1


def closure():
    days = {"first_day": "2026-05-01", "last_day": "2026-05-03", "half_day": "", "reason": "粉刷"}
    return f"/venues/{a_venue(owner=the_district()).id}/close", days, VenueClosure, 1


def plaque():
    values = {"batch": "第一批", "number": "3", "awarded_on": "2026-03-01"}
    return f"/venues/{a_venue(owner=the_district()).id}/award", values, Plaque, 1


def qualification():
    course, lecturer = a_course("停车难"), a_lecturer()
    return f"/lecturers/{lecturer.id}/qualify?q=停车", {"course": course.id, "since": "2026-03-02"}, Qualification, 1


def appointment():
    home = the_district().id
    return f"/lecturers/{a_lecturer().id}/appoint", {"issuer": home, "scope": home, **DAYS}, Appointment, 2


def renewal():
    lecturer = a_lecturer()
    old = db.session.scalars(sa.select(Appointment.id)).one()
    return f"/lecturers/{lecturer.id}/appointments/{old}/renew", DAYS, Appointment, 2


def corps_member():
    home, lecturer = the_district().id, a_lecturer("王讲师")
    corps = save(Corps(district_id=home, organisation_id=home, name="老兵宣讲团"))
    return (
        f"/lecturers/corps/{corps.id}/join?q=王",
        {"lecturer": lecturer.id, "joined_on": "2026-03-02"},
        CorpsMember,
        1,
    )


def role():
    person = a_person("", the_town())
    return f"/people/{person.id}/roles/new", {"role": "town_administrator", "organisation_id": the_town().id, "starts_on": "2026-03-02"}, Membership, 2  # fmt: skip


def alias():
    return f"/organisations/{the_town().id}/aliases", {"alias": "老练塘"}, OrganisationAlias, 1


def word():
    return "/manage/words/series", {"label": "停车系列"}, Series, 1


def copied_edition():
    an_item(a_course(), an_edition("春季"))
    return f"/editions/{an_edition('夏季').id}/copy", {"earlier": 1}, EditionItem, 2


@pytest.mark.parametrize(
    "scene",
    [note, closure, plaque, qualification, appointment, renewal, corps_member, role, alias, word, copied_edition],
)
def test_a_second_press_makes_no_second_row_and_leads_where_the_first_did(client, scene):
    client.sign_in(a_district_administrator())
    path, fields, table, rows = scene()
    whole, _slash, part = path.rpartition("/")
    shown = client.get(whole if part in ("notes", "aliases", "copy") else path).text

    first, second = (client.send(path, {**fields, "key": "of-this-page"}) for _press in range(2))

    assert 'name="key"' in shown
    assert (first.status_code, second.status_code, second.location) == (302, 302, first.location)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == rows


def test_a_second_press_on_the_desk_leads_to_the_proposal_of_the_first(client):
    order, _course, _teachers = a_case(1)
    client.sign_in(a_dispatcher())
    wanted = {"orders": str(order.id), "one": picks_of(order)[0].key}

    first, second = (client.send("/dispatch/", wanted) for _press in range(2))
    other = client.application.test_client().sign_in(a_dispatcher()).send("/dispatch/", wanted)

    assert (first.status_code, second.location, other.status_code) == (302, first.location, 409)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Dispatch)) == 1
