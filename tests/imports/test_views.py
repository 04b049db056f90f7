"""The import pages: template, try, confirm; nothing before the word go."""

import html
import io

import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.core.spreadsheets import as_xlsx, read
from catalogue.imports.operations import SORTS, template
from catalogue.organisations.models import Organisation
from tests.factories import a_committee, a_district_administrator, a_town_administrator, an_orderer, the_town
from tests.imports.test_operations import ORGANISATIONS, PEOPLE


def upload(client, kind, rows, name="a.xlsx"):
    content = rows if isinstance(rows, bytes) else as_xlsx({"数据": rows})
    return client.send(f"/imports/{kind}", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def token_of(answer) -> str:
    return answer.text.split('name="token"')[1].split('value="')[1].split('"')[0]


def test_a_table_is_tried_first_and_comes_in_after_the_word_go(client):
    the_town()
    client.sign_in(a_district_administrator())
    before = db.session.scalar(sa.select(sa.func.count(Organisation.id)))

    tried = upload(client, "organisations", ORGANISATIONS)
    between = db.session.scalar(sa.select(sa.func.count(Organisation.id)))
    done = client.send("/imports/organisations/confirm", {"token": token_of(tried)})
    again = client.send("/imports/organisations/confirm", {"token": token_of(tried)})

    assert (tried.status_code, between - before, done.status_code, again.status_code) == (200, 0, 200, 404)
    assert db.session.scalar(sa.select(sa.func.count(Organisation.id))) - before == 2
    assert "单位已导入" in done.text


def test_a_table_sent_by_somebody_else_cannot_be_confirmed(client, app):
    the_town()
    client.sign_in(a_district_administrator())
    token = token_of(upload(client, "organisations", ORGANISATIONS))

    other = app.test_client().sign_in(a_district_administrator())

    assert other.send("/imports/organisations/confirm", {"token": token}).status_code == 404
    assert other.send("/imports/organisations/confirm", {"token": "../../etc/passwd"}).status_code == 404


def test_wrong_cells_are_listed_on_the_page(client):
    the_town()
    client.sign_in(a_district_administrator())

    answer = upload(client, "organisations", [ORGANISATIONS[0], ["一", "小区", "练塘镇", "", ""]])

    assert (answer.status_code, "第 2 行 B 列（种类）" in answer.text, "确认导入" in answer.text) == (422, True, False)


def test_a_file_that_is_no_table_comes_back_into_the_form(client):
    client.sign_in(a_district_administrator())

    answer = upload(client, "venues", b"MZ", "a.exe")

    assert (answer.status_code, "只能读 .xlsx 和 .csv 表格" in answer.text) == (422, True)


def test_new_accounts_show_their_start_code_once(client):
    a_committee("下塘社区")
    client.sign_in(a_town_administrator())

    done = client.send("/imports/people/confirm", {"token": token_of(upload(client, "people", PEOPLE))})

    lines = html.unescape(done.text.split('name="lines"')[1].split('value="')[1].split('"')[0])
    listed = client.send("/imports/start-codes.csv", {"lines": lines})
    nonsense = client.send("/imports/start-codes.csv", {"lines": "[1"})

    assert (done.status_code, "xiatang01" in done.text, "首次口令只显示这一次" in done.text) == (200, True, True)
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
