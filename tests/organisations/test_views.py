"""The pages of the tree, its groupings and its settings, and the JSON beside them."""

import pytest
import sqlalchemy as sa

from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.organisations import lists, queries
from catalogue.organisations.models import Grouping, Organisation, Setting
from tests.factories import (
    PASSWORD,
    TODAY,
    a_committee,
    a_district,
    a_district_administrator,
    a_person,
    a_system_administrator,
    a_town,
    a_town_administrator,
    account_of,
    an_auditor,
    an_orderer,
    the_city,
    the_district,
    the_town,
)


@pytest.fixture
def boss(client):
    """A browser of the district's administrator."""
    return client.sign_in(a_district_administrator())


@pytest.fixture
def clerk(client):
    """A browser of the town's administrator."""
    return client.sign_in(a_town_administrator(the_town()))


def named(name):
    return db.session.scalars(sa.select(Organisation).where(Organisation.name == name)).one()


def test_a_district_adds_renames_moves_and_ends_a_committee(boss):
    town, other = the_town(), a_town("朱家角镇")

    made = boss.send(
        "/organisations/new",
        {"parent_id": town.id, "kind": "village", "name": "东庄村", "on": "2026-03-02", "aliases": "东庄\n东庄大队"},
    )
    village = named("东庄村")
    here = f"/organisations/{village.id}"
    renamed = boss.send(f"{here}/rename", {"name": "东庄新村", "on": "2026-03-02", "version": village.version})
    moved = boss.send(f"{here}/move", {"parent_id": other.id, "on": "2026-03-02"})
    kind = boss.send(f"{here}/kind", {"kind": "neighbourhood", "on": "2026-03-02"})
    ended = boss.send(f"{here}/end", {"on": "2026-03-02"})

    assert [a.location for a in (made, renamed, moved, kind, ended)] == [here] * 5
    village = db.session.get(Organisation, village.id)
    assert (village.name, village.parent_id, village.kind, village.ended_on) == (
        "东庄新村",
        other.id,
        "neighbourhood",
        TODAY,
    )
    assert [a.alias for a in lists.aliases(village.id)] == ["东庄", "东庄大队", "东庄村"]
    assert [word in boss.get(here).text for word in ("改名", "换上级", "撤销")] == [True, True, True]


def test_a_district_merges_and_splits(boss):
    town = the_town()
    first, second = a_committee("一村", town), a_committee("二村", town)

    merged, again = (
        boss.send(
            f"/organisations/{first.id}/merge",
            {"others": [second.id], "name": "一二村", "kind": "village", "on": "2026-03-02"},
        )
        for _press in range(2)
    )
    both, led = named("一二村"), boss.get(again.location).text
    nothing = boss.send(
        f"/organisations/{both.id}/split", {"names": "东村\n西村", "kind": "village", "on": "2026-03-02"}
    )

    assert (again.location, "“一村”已经并入或拆成“一二村”" in led) == (merged.location, True)
    assert (merged.location, nothing.status_code) == (f"/organisations/{both.id}", 422)  # it only began today
    assert "一村、二村" in boss.get(f"/organisations/{both.id}").text
    assert "接续它的是" in boss.get(f"/organisations/{first.id}").text


def test_a_refused_change_comes_back_with_what_was_typed(boss):
    village = a_committee("东庄村")
    a_committee("西庄村")

    taken = boss.send(f"/organisations/{village.id}/rename", {"name": "西庄村", "on": "2026-03-02"})
    stale = boss.send(f"/organisations/{village.id}/rename", {"name": "甲村", "on": "2026-03-02", "version": "99"})

    assert (taken.status_code, 'value="西庄村"' in taken.text, "已经有" in taken.text) == (422, True, True)
    assert (stale.status_code, 'value="甲村"' in stale.text) == (409, True)


def test_a_town_edits_details_and_spellings_but_sees_no_reshaping(clerk):
    village = a_committee("刘夏二村")
    here = f"/organisations/{village.id}"

    saved = clerk.send(
        f"{here}/edit", {"address": "老街 1 号", "types": ["rural"], "on": "2026-03-02", "version": village.version}
    )
    added = clerk.send(f"{here}/aliases", {"alias": "刘二"})

    assert (saved.location, added.location) == (here, here)
    assert (db.session.get(Organisation, village.id).address, list(lists.types_on(village.id, TODAY))) == (
        "老街 1 号",
        ["rural"],
    )
    assert f"{here}/rename" not in clerk.get(here).text
    assert [clerk.get(f"{here}/{w}").status_code for w in ("rename", "move", "kind", "merge", "split", "end")] == [
        403
    ] * 6
    assert clerk.get("/organisations/?q=刘二").text.count(f'href="{here}"') == 1


@pytest.mark.parametrize("path", ["", "/edit"])
def test_another_towns_committee_is_not_there(clerk, path):
    theirs = a_committee("西庄村", a_town("朱家角镇"))

    assert clerk.get(f"/organisations/{theirs.id}{path}").status_code == 404
    assert clerk.send(f"/organisations/{theirs.id}/aliases", {"alias": "x"}).status_code == 404
    assert "西庄村" not in clerk.get("/organisations/").text + clerk.get("/organisations/tree").text


def test_another_district_is_not_there(boss):
    theirs = a_town("顾村镇", a_district())
    village = a_committee("甲村")

    assert [boss.get(f"/organisations/{theirs.id}{p}").status_code for p in ("", "/rename", "/edit")] == [404] * 3
    forged = boss.send(f"/organisations/{village.id}/move", {"parent_id": theirs.id, "on": "2026-03-02"})
    assert (forged.status_code, "顾村镇" in forged.text) == (422, False)


def test_a_district_does_not_rename_itself(boss):
    assert boss.get(f"/organisations/{the_district().id}/rename").status_code == 403


def test_the_installation_adds_a_district(client):
    client.sign_in(a_system_administrator())

    answer = client.send(
        "/organisations/new",
        {"parent_id": the_city().id, "kind": "district", "name": "宝山区", "number_prefix": "bs", "on": "2026-03-02"},
    )

    assert (answer.status_code, named("宝山区").number_prefix) == (302, "BS")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_statements_with_1_and_with_3_rows(boss, statements, count):
    for _ in range(count):
        a_committee()

    boss.get("/organisations/")
    with statements() as sent:
        assert boss.get("/organisations/").status_code == 200

    assert len(sent) == 4  # one for the sign-in; rows, counts, kinds


def test_ended_organisations_have_a_list_of_their_own(boss):
    village = a_committee("东庄村")
    village.ended_on = TODAY.replace(day=1)
    a_committee("西庄村")

    now, over = boss.get("/organisations/?level=committee").text, boss.get("/organisations/?ended=1").text

    assert ["东庄村" in now, "西庄村" in now, "东庄村" in over, "西庄村" in over] == [False, True, True, False]


# ── settings ─────────────────────────────────────────────────────────────────────────────────────


def test_a_district_changes_a_setting_from_a_day_on_and_the_page_says_where_it_comes_from(boss, app):
    town = the_town()

    answer = boss.send(f"/settings/{the_district().id}/quota_edition", {"value": "6", "on": "2026-03-05"})

    assert answer.location == f"/settings/?organisation={the_district().id}"
    assert "3月5日" in boss.get(answer.location).text
    assert queries.setting("quota_edition", town.id, TODAY.replace(day=5)) == 6


@pytest.mark.parametrize(
    ("value", "on"), [("0", "2026-03-02"), ("9999", "2026-03-02"), ("x", "2026-03-02"), ("5", "2026-03-01"), ("5", "")]
)
def test_a_bad_setting_is_refused(boss, value, on):
    answer = boss.send(f"/settings/{the_district().id}/answer_hours", {"value": value, "on": on})

    assert answer.status_code == 422
    assert db.session.scalars(sa.select(Setting)).all() == []


def test_a_town_looks_at_its_settings_and_changes_none(clerk):
    page = clerk.get("/settings/")

    assert (page.status_code, "练塘镇" in page.text, f"/settings/{the_town().id}/" in page.text) == (200, True, False)
    assert clerk.send(f"/settings/{the_town().id}/quota_edition", {"value": "9", "on": "2026-03-02"}).status_code == 403
    assert clerk.get(f"/settings/?organisation={a_town('朱家角镇').id}").status_code == 404


def test_an_unknown_setting_is_not_there(boss):
    assert boss.get(f"/settings/{the_district().id}/nothing").status_code == 404


# ── groupings ────────────────────────────────────────────────────────────────────────────────────


def test_a_grouping_is_made_filled_and_ended(boss):
    town = the_town()

    made = boss.send("/groupings/new", {"district_id": the_district().id, "name": "青西片区", "purpose": "青西三镇"})
    row = db.session.scalars(sa.select(Grouping)).one()
    boss.send(f"/groupings/{row.id}/join", {"organisation_id": town.id, "on": "2026-03-01"})
    full = "练塘镇" in boss.get(f"/groupings/{row.id}").text
    boss.send(f"/groupings/{row.id}/edit", {"name": "青西", "purpose": ""})
    boss.send(f"/groupings/{row.id}/members/{town.id}/leave")
    later = "练塘镇" in boss.get(f"/groupings/{row.id}?on=2026-03-03").text
    boss.send(f"/groupings/{row.id}/end", {"on": "2026-03-02"})

    assert (made.location, full, later) == (f"/groupings/{row.id}/join", True, False)
    row = db.session.get(Grouping, row.id)
    assert (row.name, row.ended_on) == ("青西", TODAY)
    assert boss.get("/groupings/?x=1").status_code == 200


def test_a_grouping_of_another_district_is_not_there(boss):
    theirs = Grouping(district_id=a_district().id, name="CANARY", purpose="", ended_on=None)
    db.session.add(theirs)
    db.session.flush()

    assert [boss.get(f"/groupings/{theirs.id}{p}").status_code for p in ("", "/edit", "/join", "/end")] == [404] * 4
    assert "CANARY" not in boss.get("/groupings/").text


def test_a_strange_day_shows_today(boss):
    row = Grouping(district_id=the_district().id, name="片区", purpose="", ended_on=None)
    db.session.add(row)
    db.session.flush()

    assert boss.get(f"/groupings/{row.id}?on=nonsense").status_code == 200


@pytest.mark.parametrize(("who", "sees"), [(an_orderer, 403), (an_auditor, 200)])
def test_who_may_look_at_the_tree(client, who, sees):
    client.sign_in(who())

    assert [
        client.get(p).status_code for p in ("/organisations/", "/organisations/tree", "/settings/", "/groupings/")
    ] == [sees] * 4
    assert client.get("/organisations/new").status_code == 403


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def bearer(client, person, name):
    account_of(person, name)
    made = client.post("/api/v1/auth/token", json={"username": name, "password": PASSWORD}).json
    return {"Authorization": f"Bearer {made['access_token']}"}


def test_the_api_lists_what_is_in_scope_by_pages(client):
    town = the_town()
    for name in ("一村", "二村", "三村"):
        a_committee(name, town)
    a_committee("别村", a_town("朱家角镇"))
    key = bearer(client, a_town_administrator(town), "street1")

    first = client.get("/api/v1/organisations?limit=2&level=committee", headers=key).json
    rest = client.get(
        "/api/v1/organisations", query_string={"level": "committee", "after": first["after"]}, headers=key
    ).json

    assert [o["name"] for o in first["rows"] + rest["rows"]] == ["二村", "三村", "一村"]
    assert (first["before"], rest["after"]) == ("", "")


def test_the_api_gives_a_version_and_answers_304_to_who_has_it(client):
    village = a_committee("东庄村")
    key = bearer(client, a_person("", village, Role.ORDERER), "committee1")

    got = client.get(f"/api/v1/organisations/{village.id}", headers=key)
    again = client.get(f"/api/v1/organisations/{village.id}", headers={**key, "If-None-Match": got.headers["ETag"]})

    assert (got.json["name"], got.headers["ETag"], again.status_code) == ("东庄村", '"1"', 304)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "level=nothing", "parent_id=0", "q=" + "x" * 61])
def test_a_bad_question_is_refused(client, query):
    key = bearer(client, a_town_administrator(), "street1")

    answer = client.get(f"/api/v1/organisations?{query}", headers=key)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [query.partition("=")[0]])


def test_the_api_hides_another_town(client):
    the_town()
    theirs = a_committee("西庄村", a_town("朱家角镇"))
    key = bearer(client, a_town_administrator(the_town()), "street1")

    assert client.get(f"/api/v1/organisations/{theirs.id}", headers=key).status_code == 404
