"""What an organisation was called on the day of a row, and what it costs to know."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from catalogue.core import actor
from catalogue.core.db import db
from catalogue.organisations import reshaping
from catalogue.organisations.called import Known, called, expect, name_on_day
from catalogue.organisations.models import Organisation
from tests.factories import NOON, TODAY, a_committee, the_town

JOB = actor.job("test")
DAY = timedelta(days=1)


def renamed(first, *later):
    """An organisation with one name after the other: (name, first day)."""
    row = a_committee(first)
    for name, on in later:
        reshaping.rename(row, name, on=on, by=JOB, at=NOON)
    return row


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (date(2019, 1, 1), "湾塘村（现 湾塘新村）"),  # before its first day: its first name
        (date(2025, 12, 31), "湾塘村（现 湾塘新村）"),
        (date(2026, 1, 1), "湾塘社区（现 湾塘新村）"),
        (TODAY - DAY, "湾塘社区（现 湾塘新村）"),
        (TODAY, "湾塘新村"),
        (TODAY + 30 * DAY, "湾塘新村"),  # a planned name is none yet
        (NOON, "湾塘新村"),
        (datetime.fromisoformat("2026-03-01T23:59:00+08:00"), "湾塘社区（现 湾塘新村）"),
        (datetime.fromisoformat("2026-03-02T00:00:00+08:00"), "湾塘新村"),
        (None, "湾塘新村"),
    ],
)
def test_a_row_says_the_name_of_its_day_and_todays_beside_it(app, when, said):
    village = renamed("湾塘村", ("湾塘社区", date(2026, 1, 1)), ("湾塘新村", TODAY), ("湾塘大村", TODAY + 9 * DAY))

    assert called(village, when) == said
    assert name_on_day(village, when) == said.partition("（")[0]


def test_a_name_put_right_on_its_first_day_leaves_no_earlier_one(app):
    village = a_committee("湾糖村")

    reshaping.rename(village, "湾塘村", on=village.started_on, by=JOB, at=NOON)

    assert (village.renamed_on, called(village, date(2025, 1, 1))) == (None, "湾塘村")


def test_a_name_taken_back_again_is_said_once(app):
    village = renamed("湾塘村", ("湾塘社区", date(2026, 1, 1)), ("湾塘村", TODAY))

    assert [called(village, day) for day in (date(2025, 1, 1), date(2026, 2, 1))] == ["湾塘村", "湾塘社区（现 湾塘村）"]


def loaded(*ids):
    return db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)).all()


def test_names_that_never_changed_cost_no_statement_and_changed_ones_one_for_the_page(app, statements):
    still = [a_committee().id for _n in range(3)]
    changed = [renamed(f"{n}村", (f"{n}新村", TODAY)).id for n in "甲乙丙"]

    with statements() as sent:
        assert all("现" not in called(o, NOON - DAY) for o in loaded(*still))
    assert len(sent) == 1  # the organisations themselves

    with statements() as sent:
        rows = loaded(*still, *changed)
        said = [[called(o, NOON - DAY) for o in rows][3:] for _twice in range(2)]
    assert said == [["甲村（现 甲新村）", "乙村（现 乙新村）", "丙村（现 丙新村）"]] * 2
    assert len(sent) == 2


def test_rows_of_a_list_are_expected_in_one_statement(app, statements):
    rows = [Known(o.id, o.name, o.renamed_on) for o in (renamed(f"{n}村", (f"{n}新村", TODAY)) for n in "甲乙丙")]

    with statements() as sent:
        expect(rows)
        said = [called(row, NOON - DAY) for row in rows]

    assert (len(sent), said) == (1, ["甲村（现 甲新村）", "乙村（现 乙新村）", "丙村（现 丙新村）"])


def merged(name, *committees, on=TODAY):
    return reshaping.merge(
        committees, name=name, kind="neighbourhood", parent=the_town(), on=on, by=JOB, at=NOON + (on - TODAY)
    )


def test_after_its_last_day_a_merged_committee_is_called_by_its_successor(app):
    first, second, third = (a_committee(name, the_town()) for name in ("湾塘社区", "下塘社区", "上塘社区"))
    reshaping.rename(first, "湾塘改名村", on=TODAY, by=JOB, at=NOON)  # never held: it ended the day before
    both = merged("塘湾社区", first, second)

    days = (TODAY - DAY, TODAY, TODAY + 30 * DAY, None)
    assert [called(first, day) for day in days] == ["湾塘社区（现 塘湾社区）", *["塘湾社区（原湾塘社区）"] * 3]
    assert [name_on_day(second, day) for day in days] == ["下塘社区", "塘湾社区", "塘湾社区", "塘湾社区"]
    assert (first.name, [called(both, day) for day in days]) == ("湾塘社区", ["塘湾社区"] * 4)

    merged("大塘社区", both, third, on=TODAY + 9 * DAY)
    db.session().info.clear()  # the next request
    days = (TODAY - DAY, TODAY, TODAY + 9 * DAY)
    assert [called(first, day) for day in days] == [
        "湾塘社区（现 大塘社区）", "塘湾社区（现 大塘社区）（原湾塘社区）", "大塘社区（原湾塘社区）",
    ]  # fmt: skip


def test_one_that_was_split_keeps_its_name_beside_those_it_became_and_one_that_ended_keeps_it_alone(app):
    village, gone = a_committee("湾塘社区", the_town()), a_committee("下塘社区", the_town())
    new = [reshaping.Part(name, "neighbourhood") for name in ("东塘社区", "西塘社区")]
    reshaping.split(village, new, on=TODAY, by=JOB, at=NOON)
    reshaping.end(gone, on=TODAY, by=JOB, at=NOON)

    assert {called(village, day) for day in (TODAY - DAY, TODAY, None)} == {"湾塘社区（现 东塘社区、西塘社区）"}
    assert {called(gone, day) for day in (TODAY - DAY, TODAY + 9 * DAY, None)} == {"下塘社区"}


def test_successors_cost_one_statement_a_page(app, statements):
    ids = [a_committee(f"{n}村", the_town()).id for n in "甲乙丙"]
    merged("三村社区", *loaded(*ids))
    db.session.expire_all()

    with statements() as sent:
        said = [called(row, None) for row in loaded(*ids)]
    assert (len(sent), said) == (2, [f"三村社区（原{n}村）" for n in "甲乙丙"])
