"""An operator sees how much work waits, and since when."""

from datetime import timedelta

from catalogue.core import clock, outbox
from catalogue.core.db import db
from catalogue.core.readings import outbox_due, outbox_failing, outbox_seconds


def test_figures_tell_how_many_outbox_rows_are_due_and_since_when(app) -> None:
    now = clock.now()
    for key, age in (("a", 90), ("b", 30), ("later", -60)):
        outbox.put(
            "test.kind", "order", 1, district_id=1, at=now, key=key, not_before=now - timedelta(seconds=age)
        )  # fmt: skip
    db.session.commit()

    assert (outbox_due(), outbox_failing()) == (2.0, 0.0)
    assert 90 <= outbox_seconds() <= 95


def test_with_no_row_nothing_is_due(app) -> None:
    assert (outbox_due(), outbox_seconds(), outbox_failing()) == (0.0, 0.0, 0.0)


def test_the_figures_stand_on_the_page_for_prometheus(client) -> None:
    assert "songxue_outbox_due 0.0" in client.get("/metrics").text
