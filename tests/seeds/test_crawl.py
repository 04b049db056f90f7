"""The demonstration district, made once: every state is there, nothing is booked twice, and every page each of its people is led to opens."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from catalogue.accounts.models import Account, Person
from catalogue.calendar.models import Hold
from catalogue.core import audit
from catalogue.core.db import db, transaction
from catalogue.courses.models import Course
from catalogue.dispatch.states import OfferState
from catalogue.dispatch.states import State as DispatchState
from catalogue.duties.models import Duty
from catalogue.duties.wanted import OF
from catalogue.lessons.states import State as LessonState
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from catalogue.ratings.states import State as RatingState
from catalogue.seeds import profiles, reading
from tests.conftest import KEY, Installed
from tests.factories import NOON

CRAWLERS = (
    "district1", "dispatcher1", "approver1", "auditor1", "city1", "system1", "street1", "committee1", "lecturer1", "lecturer4",
)  # fmt: skip
LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
OF_A_KIND = 2  # pages of one route that each person opens
NOT_PAGES = ("/assets/", "/static/", "/logout", "/api/")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("demo")
    with time_machine.travel(NOON, tick=True):
        here = Installed(f"sqlite:///{folder / 'songxue.db'}", folder)
        with here.app.app_context():
            profiles.run("demo", seed=1, courses=0, orders=0, app_env="test", at=NOON)
            db.session.close()
        yield here


def states(table: str) -> dict[str, int]:
    rows = db.session.execute(sa.text(f'SELECT state, count(*) FROM "{table}" GROUP BY state'))
    return {row[0]: row[1] for row in rows}


def test_every_state_is_there(demo):
    with demo.app.app_context():
        there = {table: set(states(table)) for table in ("order", "dispatch", "offer", "lesson", "rating")}

    assert there == {
        "order": set(OrderState), "dispatch": set(DispatchState), "offer": set(OfferState), "lesson": set(LessonState),
        "rating": set(RatingState),
    }  # fmt: skip


def test_every_order_stands_where_its_story_ends(demo):
    with demo.app.app_context():
        kept = {row.key: row.state.value for row in db.session.execute(sa.select(Order.key, Order.state))}

    assert kept == {f"seed-{row['key']}": row["state"] for row in reading.file("quarter")["orders"]}


def test_the_menu_is_whole_and_nothing_is_booked_twice(demo):
    with demo.app.app_context():
        courses = db.session.scalar(sa.select(sa.func.count()).select_from(Course))
        holds = db.session.scalars(
            sa.select(Hold).where(Hold.active).order_by(Hold.kind, Hold.resource_id, Hold.busy_from)
        ).all()
        twice = [
            (a.id, b.id)
            for a, b in pairwise(holds)
            if (a.kind, a.resource_id) == (b.kind, b.resource_id) and b.busy_from < a.busy_until
        ]

    assert (courses, twice, len(holds) > 20) == (115, [], True)


def test_what_is_owed_follows_from_the_rows_alone(demo):
    """No act was forgotten: the duties that were written step by step are those one would find by looking at everything now."""
    with demo.app.app_context(), transaction(writes=False):
        now = {
            (want.kind, want.subject_id, want.mark, want.role, want.place_id, want.person_id)
            for model, rule in OF.values()
            for row in db.session.scalars(sa.select(model))
            for want in rule(row, NOON)
        }
        open_ones = sa.select(Duty).where(Duty.closed_at.is_(None))
        stand = {(d.kind, d.subject_id, d.mark, d.role, d.place_id, d.person_id) for d in db.session.scalars(open_ones)}
    assert stand == now
    assert len({kind for kind, *_rest in stand}) >= 9


def test_the_chain_of_the_audit_is_whole(demo):
    with demo.app.app_context(), transaction(writes=False):
        verdict = audit.verify(KEY)

    assert (verdict.broken, verdict.rows > 3000) == ((), True)


def _next(text: str) -> list[str]:
    return [url for url in dict.fromkeys(unescape(u) for u in LINK.findall(text)) if not url.startswith(NOT_PAGES)]


def _route(demo: Installed, url: str) -> str:
    try:
        return str(demo.app.url_map.bind("localhost").match(url.split("?")[0], method="GET")[0])
    except Exception:  # a link to nowhere is opened and reported
        return url


def _crawl(demo: Installed, client: Any) -> list[tuple[str, int, str]]:
    """Follows every link from the first page on; returns those that do not open, with the page that showed them."""
    waiting, seen, wrong = [("/", "")], {"/"}, []
    opened: Counter[str] = Counter()
    while waiting:
        url, shown_on = waiting.pop(0)
        route = _route(demo, url)
        if opened[route] >= OF_A_KIND:
            continue
        opened[route] += 1
        answer = client.get(url)
        if answer.status_code not in (200, 302, 303):
            wrong.append((url, answer.status_code, shown_on))
        found = [answer.location] if answer.location and answer.location.startswith("/") else []
        if answer.mimetype == "text/html":
            found += _next(answer.text)
        fresh = [link for link in dict.fromkeys(found) if link not in seen]
        seen.update(fresh)
        waiting += [(link, url) for link in fresh]
    assert len(opened) > 5
    return wrong


@pytest.mark.parametrize("username", CRAWLERS)
def test_every_link_a_person_is_shown_opens(demo, username):
    with demo.app.app_context():
        person = db.session.scalars(sa.select(Person).join(Account).where(Account.username == username)).one()
        client = demo.app.test_client().sign_in(person)
        wrong = _crawl(demo, client)
        db.session.close()

    assert wrong == []
