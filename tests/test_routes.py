"""Walks the URL map: every route says who may call it, the public ones stand in one list, every write needs the browser's token."""

import contextvars
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, Rule
from werkzeug.routing.converters import NumberConverter

from catalogue.core.actor import Actor, Kind, Level, Membership, Role
from catalogue.core.web import anyone, machines, permission_of
from tests.factories import a_committee, a_person, the_city, the_district, the_town

PUBLIC = {  # who does not sign in may call these and nothing else
    "asset",
    "metrics.metrics",
    "api-docs.openapi_json",
    "home.first",
    "home.healthz",
    "home.readyz",
    "home.instructions",
    "home.type_size",
    "home.language",
    "menu.menu",
    "menu.course",
    "menu_api.menu",
    "menu_api.course",
    "offers.answer",  # its secret is the permission
    "moves.by_link",  # so is this one
    "calendar_feed.feed",  # and this
    "accounts.sign_in",
    "accounts.second_step",
    "accounts.sign_out",
    "accounts_api.make_token",
}


def rules(app: Flask) -> Iterator[Rule]:
    yield from sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def address(app: Flask, rule: Rule) -> str:
    """The rule with every parameter filled in by something of its kind that is not there."""
    values = {name: _sample(rule, name) for name in rule.arguments}
    with app.test_request_context():
        return str(
            app.url_map.bind("localhost").build(
                rule.endpoint, values, method=next(iter(rule.methods - {"HEAD", "OPTIONS"}))
            )
        )


def _sample(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 987654 if isinstance(converter, NumberConverter) else "nothing"


def permission(app: Flask, rule: Rule):
    return permission_of(app.view_functions[rule.endpoint])


def test_every_route_says_who_may_call_it(app):
    assert [str(rule) for rule in rules(app) if permission(app, rule) is None] == []


def test_the_public_routes_are_these_and_no_others(app):
    assert {rule.endpoint for rule in rules(app) if permission(app, rule) in (anyone, machines)} == PUBLIC


def test_every_write_without_the_browsers_token_is_refused(app, client):
    client.sign_in(a_person("", the_district(), *Role))
    wrong = []
    for rule in rules(app):
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            if not rule.rule.startswith("/api/"):
                answer = client.open(address(app, rule), method=method, data={"x": "y"})
                if answer.status_code != 400:
                    wrong.append((method, rule.rule, answer.status_code))

    assert wrong == []


def test_no_read_needs_or_spends_a_write(app):
    """Pages that change something answer no GET: a route is either read or has a POST beside its form."""
    assert [str(r) for r in rules(app) if {"GET", "DELETE"} <= r.methods or {"GET", "PUT"} <= r.methods] == []


def test_a_stranger_is_led_to_the_sign_in_page(app, client):
    wrong = []
    for rule in rules(app):
        if "GET" in rule.methods and rule.endpoint not in PUBLIC:
            answer = client.get(address(app, rule))
            expected = 401 if rule.rule.startswith("/api/") else 302
            if answer.status_code != expected or (expected == 302 and not answer.location.startswith("/login?next=")):
                wrong.append((rule.rule, answer.status_code, answer.location))

    assert wrong == []


def test_a_strangers_write_changes_nothing_and_leads_to_the_sign_in_page(app, client):
    wrong = []
    for rule in rules(app):
        if "POST" in rule.methods and rule.endpoint not in PUBLIC:
            answer = (
                client.send(address(app, rule))
                if not rule.rule.startswith("/api/")
                else client.post(address(app, rule), json={})
            )
            if (answer.status_code, answer.location) not in ((303, "/login"), (401, None)):
                wrong.append((rule.rule, answer.status_code))

    assert wrong == []


PLACES = {Level.CITY: the_city, Level.DISTRICT: the_district, Level.TOWN: the_town, Level.COMMITTEE: a_committee}
HOMES = {
    Role.ORDERER: Level.COMMITTEE, Role.TOWN_ADMINISTRATOR: Level.TOWN, Role.CITY_VIEWER: Level.CITY, Role.SYSTEM_ADMINISTRATOR: Level.CITY,
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_permission_is_refused_on_every_page(app, client, role):
    level = HOMES.get(role, Level.DISTRICT)
    place = PLACES[level]()
    person = a_person("", place, role)
    client.sign_in(person)
    held = Actor(
        kind=Kind.PERSON,
        name="x",
        person_id=person.id,
        memberships=(Membership(role, place.id, level, place.district_id, (place.id,)),),
    )
    wrong = []
    for rule in rules(app):
        may = permission(app, rule)
        if rule.rule.startswith("/api/") or may is None or contextvars.Context().run(may, held):
            continue
        for method in rule.methods & {"GET", "POST"}:
            answer = client.get(address(app, rule)) if method == "GET" else client.send(address(app, rule))
            if answer.status_code not in (403, 404):
                wrong.append((method, rule.rule, answer.status_code))

    assert wrong == []


def test_what_is_not_there_answers_404_to_whoever_may_look(app, client):
    """Object pages with an unknown id never fail with a 5xx, whatever roles are held."""
    client.sign_in(a_person("", the_city(), *Role))
    wrong = []
    for rule in rules(app):
        if (
            "GET" in rule.methods
            and rule.arguments
            and rule.endpoint not in PUBLIC
            and not rule.rule.startswith("/api/")
        ):
            answer = client.get(address(app, rule))
            if answer.status_code >= 500:
                wrong.append((rule.rule, answer.status_code))

    assert wrong == []
