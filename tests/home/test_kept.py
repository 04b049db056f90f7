"""What is kept for seconds, and the frame that is rendered once, never reach another person, another scope or a sign-in that has ended."""

import re
from datetime import date

import pytest

from catalogue.accounts.models import Membership, WebSession
from catalogue.core import clock
from catalogue.core.db import db
from catalogue.menu import operations
from tests.factories import (
    NOON,
    a_committee,
    a_course,
    a_dispatcher,
    a_lecturer,
    a_town,
    a_town_administrator,
    account_of,
    an_item,
    an_order,
    an_orderer,
)

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
CHANGING = re.compile(r'(name="(?:csrf_token|key)"[^>]*value=")[^"]+|[0-9a-f]{16}')


@pytest.fixture
def paths():
    course = a_course()
    an_item(course)
    a_lecturer("", course)
    a_lecturer("", course)
    operations.rebuild(at=NOON)
    return ["/courses/", f"/courses/{course.id}", f"/orders/new?course={course.id}", "/orders/", "/dispatch/", "/help"]


def shown(browser, path):
    """Status and page as this browser gets it, without what differs each time."""
    answer = browser.get(path)
    return answer.status_code, CHANGING.sub(r"\1", answer.text)


def test_whoever_opens_a_page_after_another_sees_what_they_would_have_seen_alone(keeping, paths):
    near, far = a_committee("甲居"), a_committee("乙居", a_town("朱家角镇"))
    an_order(near)
    an_order(far)
    people = [an_orderer(near, "张甲"), an_orderer(far, "李乙"), a_town_administrator(), a_dispatcher()]
    browsers = [*(keeping.test_client().sign_in(one) for one in people), keeping.test_client()]
    keeping.config["KEEP_FIGURES"] = False
    alone = {(i, path): shown(one, path) for i, one in enumerate(browsers) for path in paths}
    keeping.config["KEEP_FIGURES"] = True

    for who in (0, 1, 2, 3, 4, 1, 0, 3, 2):
        for path in paths:
            assert shown(browsers[who], path) == alone[who, path], (who, path)


def test_large_type_is_the_readers_own_and_holds_from_the_next_page(keeping, paths):
    reader, other = keeping.test_client().sign_in(an_orderer()), keeping.test_client().sign_in(an_orderer())
    for path in paths:
        assert 'data-type="normal"' in reader.get(path).text

    reader.send("/type-size", {"type": "large"})

    for path in paths[:4]:
        assert 'data-type="large"' in reader.get(path).text
        assert 'data-type="normal"' in other.get(path).text


def test_every_form_of_a_kept_page_carries_the_token_of_its_own_reader(keeping, paths):
    first, second = keeping.test_client().sign_in(an_orderer()), keeping.test_client().sign_in(an_orderer())
    for path in paths[:4]:
        theirs, ours = set(TOKEN.findall(first.get(path).text)), set(TOKEN.findall(second.get(path).text))
        assert (len(theirs), len(ours), theirs & ours) == (1, 1, set())

    sent = {"type": "large"}
    assert second.post("/type-size", data=sent | {"csrf_token": ours.pop()}).status_code == 302
    assert second.post("/type-size", data=sent | {"csrf_token": theirs.pop()}).status_code == 400


@pytest.mark.parametrize("how", ["signed out", "disabled", "ended elsewhere"])
def test_nothing_kept_outlives_the_sign_in(keeping, paths, how):
    person = an_orderer()
    reader = keeping.test_client().sign_in(person)
    private = [path for path in paths if path.startswith("/orders")]
    assert [reader.get(path).status_code for path in private] == [200, 200]

    if how == "signed out":
        reader.send("/logout")
    elif how == "disabled":
        account_of(person).disabled_at = clock.now()
    else:
        db.session.query(WebSession).update({"ended_at": clock.now()})
    db.session.commit()

    assert [reader.get(path).location.partition("?")[0] for path in private] == ["/login", "/login"]
    assert "/logout" not in reader.get("/courses/").text


def test_a_role_that_has_ended_closes_its_pages_at_once(keeping, paths):
    person = a_dispatcher()
    desk = keeping.test_client().sign_in(person)
    assert desk.get("/dispatch/").status_code == 200

    db.session.query(Membership).filter_by(person_id=person.id).update({"ends_on": date(2026, 3, 1)})
    db.session.commit()

    assert desk.get("/dispatch/").status_code == 403
