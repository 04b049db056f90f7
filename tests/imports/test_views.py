"""The import pages: template, send, check, confirm; nothing before the word go."""

import html
import io
import json
import re

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Account
from catalogue.accounts.passwords import matches
from catalogue.core import apart, clock
from catalogue.core.db import db
from catalogue.core.spreadsheets import as_xlsx, read
from catalogue.imports import tasks
from catalogue.imports.models import ImportFile, ImportRun
from catalogue.imports.operations import SORTS, template
from catalogue.imports.states import State
from catalogue.organisations.models import Organisation
from tests.factories import a_committee, a_district_administrator, a_town_administrator, an_orderer, the_town
from tests.imports.test_operations import ORGANISATIONS, PEOPLE


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Tables are read in this process: tests of runs read them apart."""
    monkeypatch.setattr(apart, "read", lambda content, name: apart.parse(content, name))


def upload(client, kind, rows, name="a.xlsx", key=""):
    content = rows if isinstance(rows, bytes) else as_xlsx({"数据": rows})
    fields = {"file": (io.BytesIO(content), name), "key": key}
    return client.send(f"/imports/{kind}", fields, content_type="multipart/form-data")


def work():
    """What the worker does when it is asked; tests have none."""
    db.session.commit()
    tasks.work(clock.now())
    db.session.expire_all()


def confirm(client, location):
    """Presses 确认导入 on the page of a run; a page without the button is pressed all the same."""
    found = re.search(r'name="version" value="(\d+)"', client.get(location).text)
    return client.send(f"{location}/confirm", {"version": found[1] if found else "99"})


def organisations() -> int:
    return db.session.scalar(sa.select(sa.func.count(Organisation.id))) or 0


def test_a_table_is_checked_first_and_comes_in_after_the_word_go(client):
    the_town()
    client.sign_in(a_district_administrator())
    before = organisations()

    sent = upload(client, "organisations", ORGANISATIONS)
    waiting = client.get(sent.location)
    work()
    ready, between = client.get(sent.location), organisations()
    confirmed = confirm(client, sent.location)
    on_its_way = client.get(sent.location).text
    work()
    done = client.get(sent.location)

    assert (sent.status_code, "等着检查" in waiting.text, 'http-equiv="refresh"' in waiting.text) == (303, True, True)
    assert ("检查好了，现在还没有改任何内容" in ready.text, 'http-equiv="refresh"' in ready.text, between - before) == (
        True,
        False,
        0,
    )
    assert ("后台就要写入" in on_its_way, "第 2 行" in on_its_way) == (True, False)
    assert (confirmed.location, "单位已导入" in done.text, organisations() - before) == (sent.location, True, 2)
    assert [db.session.scalars(sa.select(table)).all() for table in (ImportFile,)] == [[]]


def test_two_clicks_make_one_run_and_one_write(client):
    the_town()
    client.sign_in(a_district_administrator())

    first, second = (upload(client, "organisations", ORGANISATIONS, key="once") for _n in range(2))
    work()
    confirmed = [confirm(client, first.location).status_code for _n in range(2)]
    work()
    again = confirm(client, first.location).status_code

    assert (first.location, [*confirmed, again]) == (second.location, [303, 303, 303])
    assert [run.state for run in db.session.scalars(sa.select(ImportRun))] == [State.DONE]


def test_a_confirmation_from_an_old_page_is_refused(client):
    the_town()
    client.sign_in(a_district_administrator())
    sent = upload(client, "organisations", ORGANISATIONS)
    work()

    answer = client.send(f"{sent.location}/confirm", {"version": "1"})

    assert (answer.status_code, db.session.scalars(sa.select(ImportRun.state)).all()) == (409, [State.READY])


def test_a_run_is_seen_by_its_sender_alone(client, app):
    the_town()
    client.sign_in(a_district_administrator())
    sent = upload(client, "organisations", ORGANISATIONS, "秘密.xlsx")
    work()

    other = app.test_client().sign_in(a_district_administrator())
    answers = [
        other.get(sent.location),
        *(other.send(f"{sent.location}/{what}") for what in ("confirm", "cancel", "start-codes")),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert ("秘密.xlsx" in other.get("/imports/").text, "秘密.xlsx" in client.get("/imports/").text) == (False, True)


def test_wrong_cells_are_listed_on_the_page(client):
    the_town()
    client.sign_in(a_district_administrator())

    sent = upload(client, "organisations", [ORGANISATIONS[0], ["一", "小区", "练塘镇", "", ""]])
    work()
    answer = client.get(sent.location)

    assert ("第 2 行 B 列（种类）" in answer.text, "确认导入" in answer.text) == (True, False)
    assert confirm(client, sent.location).status_code == 409
    assert "有 1 处要改" in client.get("/imports/").text


def test_a_file_that_is_no_table_comes_back_into_the_form(client):
    client.sign_in(a_district_administrator())

    answer = upload(client, "venues", b"MZ", "a.exe")
    empty = upload(client, "venues", b"", "a.csv")

    assert (answer.status_code, "只能读 .xlsx 和 .csv 表格" in answer.text) == (422, True)
    assert (empty.status_code, "文件是空的" in empty.text) == (422, True)


def test_a_file_that_only_looks_like_a_table_ends_in_words(client):
    client.sign_in(a_district_administrator())

    sent = upload(client, "venues", b"MZ" * 100, "a.xlsx")
    work()

    assert "这不是 Excel 文件，或者已经损坏" in client.get(sent.location).text


def test_a_run_can_be_cancelled_until_it_is_written(client):
    the_town()
    client.sign_in(a_district_administrator())
    at_once, checked, confirmed = (upload(client, "organisations", ORGANISATIONS).location for _n in range(3))

    stopped = [client.send(f"{at_once}/cancel").status_code for _n in range(2)]
    work()
    stopped.append(client.send(f"{checked}/cancel").status_code)
    confirm(client, confirmed)
    stopped.append(client.send(f"{confirmed}/cancel").status_code)
    work()

    assert (stopped, organisations()) == ([303] * 4, 3)
    assert "已经取消，什么都没有导入" in client.get(confirmed).text
    gone = [client.send(f"{confirmed}/{what}") for what in ("confirm", "start-codes")]
    assert [
        (a.status_code, words in a.text) for a, words in zip(gone, ("这次导入已经结束", "没有写入"), strict=True)
    ] == [(409, True)] * 2
    assert db.session.scalars(sa.select(ImportFile)).all() == []


def test_new_accounts_show_their_start_code_once_and_it_works(client, app):
    a_committee("下塘社区")
    client.sign_in(a_town_administrator())
    sent = upload(client, "people", PEOPLE)
    work()
    confirm(client, sent.location)
    work()

    result, listed_runs = client.get(sent.location), client.get("/imports/")
    shown = client.send(f"{sent.location}/start-codes")
    second = client.send(f"{sent.location}/start-codes")

    lines = html.unescape(shown.text.split('name="lines"')[1].split('value="')[1].split('"')[0])
    code = json.loads(lines)[0][3]
    listed = client.send("/imports/start-codes.csv", {"lines": lines})
    nonsense = client.send("/imports/start-codes.csv", {"lines": "[1"})
    account = db.session.scalars(sa.select(Account).where(Account.username == "xiatang01")).one()

    assert ("1 个新账号的首次口令等您看" in result.text, code in result.text + listed_runs.text) == (True, False)
    assert (shown.status_code, "首次口令只显示这一次" in shown.text, second.status_code) == (200, True, 409)
    assert (matches(account.password_hash, code), account.must_change) == (True, True)
    assert db.session.execute(sa.select(ImportRun.seed, ImportRun.opened)).all() == [("", [])]
    assert listed.data.decode("utf-8-sig").splitlines()[0] == "单位,姓名,账号,首次口令"
    assert listed.data.decode("utf-8-sig").splitlines()[1].startswith("下塘社区,职员甲,xiatang01,")
    assert (listed.headers["Content-Disposition"], nonsense.status_code) == (
        'attachment; filename="start-codes.csv"',
        422,
    )


def test_each_sees_and_brings_in_only_their_own_kinds(client, app):
    town, orderer = a_town_administrator(), an_orderer()
    client.sign_in(town)

    assert ("/imports/people" in client.get("/imports/").text, "/imports/courses" in client.get("/imports/").text) == (
        True,
        False,
    )
    assert (client.get("/imports/courses").status_code, client.get("/imports/courses/template.xlsx").status_code) == (
        403,
        403,
    )
    assert app.test_client().sign_in(orderer).get("/imports/").status_code == 403


def test_the_template_can_be_read_back_and_its_example_is_passed_over(client):
    client.sign_in(a_district_administrator())

    for kind, sort in SORTS.items():
        answer = client.get(f"/imports/{kind}/template.xlsx")
        rows = read(answer.data, "a.xlsx")
        assert [str(cell).rstrip("*") for cell in rows[0]] == [c.header for c in sort.columns()]
        assert (answer.status_code, len(rows), str(rows[1][0])[:4], list(template(kind))[1]) == (
            200,
            2,
            "（示例）",
            "填写说明",
        )
