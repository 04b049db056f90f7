"""flask import: as the operator or as somebody, tried or done."""

import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.core.spreadsheets import as_csv
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue
from tests.factories import a_committee, a_town, a_town_administrator, account_of, the_town
from tests.imports.test_operations import ORGANISATIONS


def command(app, tmp_path, kind, rows, *options):
    (tmp_path / "table.csv").write_bytes(as_csv(rows))
    db.session.commit()
    return app.test_cli_runner().invoke(args=["import", kind, str(tmp_path / "table.csv"), *options])


def test_the_operator_brings_in_a_table_after_trying_it(app, tmp_path):
    the_town()

    tried = command(app, tmp_path, "organisations", ORGANISATIONS, "--dry-run")
    between = db.session.scalar(sa.select(sa.func.count(Organisation.id)))
    done = command(app, tmp_path, "organisations", ORGANISATIONS)
    again = command(app, tmp_path, "organisations", ORGANISATIONS)

    assert [(r.exit_code, r.output) for r in (tried, done, again)] == [
        (0, "只试了一遍，什么都没有写入。真正导入会是：新增 2，修改 0，没有变化 0。\n"), (0, "已导入：新增 2，修改 0，没有变化 0。\n"), (0, "已导入：新增 0，修改 0，没有变化 2。\n"),
    ]  # fmt: skip
    assert between == 3


def test_somebody_named_brings_in_with_their_own_rights_only(app, tmp_path):
    a_committee("东庄村", the_town())
    a_committee("城南村", a_town("夏阳街道"))
    account_of(a_town_administrator(the_town()), "street1")
    head = ["名称", "单位", "类别", "容量"]
    rows = [head, ["东庄厅", "东庄村", "居村活动室", 60], ["城南厅", "城南村", "居村活动室", 60]]

    foreign = command(app, tmp_path, "venues", rows, "--as", "street1")
    own = command(app, tmp_path, "venues", rows[:2], "--as", "street1")
    nobody = command(app, tmp_path, "venues", rows[:2], "--as", "nobody")
    courses = command(app, tmp_path, "courses", rows, "--as", "street1")

    assert (foreign.exit_code, foreign.output.splitlines()) == (
        1,
        [
            "第 3 行 B 列（归属单位）：没有找到“城南村”，或者不在您的范围内。",
            "有 1 处要改，什么都没有导入。请照上面改好表格，再来一次。",
        ],
    )
    assert (own.exit_code, db.session.scalars(sa.select(Venue.name)).all()) == (0, ["东庄厅"])
    assert (nobody.exit_code, "没有账号“nobody”" in nobody.output) == (1, True)
    assert (courses.exit_code, "这类表格不由您导入" in courses.output) == (1, True)
