"""How dates, figures and states are worded."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask_babel import Babel
from markupsafe import Markup

from catalogue.core import signs, wording, words
from catalogue.core.words import _, _l

TODAY = date(2026, 3, 2)
START = datetime(2026, 3, 12, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai
TWO_HOURS = timedelta(hours=2)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 12, hour, minute, tzinfo=wording.local(START).tzinfo).astimezone(UTC)


def test_a_span_is_a_day_and_hours_and_may_break_only_between_them():
    assert wording.span_text(START, START + TWO_HOURS, TODAY) == "3月12日（周四）下午 14:00–16:00"
    assert wording.span(START, START + TWO_HOURS, TODAY) == Markup(
        '<span class="nb">3月12日（周四）</span><span class="nb">下午 14:00–16:00</span>'
    )


def test_a_span_over_midnight_names_both_days():
    late = at(23)

    assert wording.span_text(late, late + TWO_HOURS, TODAY) == "3月12日（周四）23:00 至 3月13日（周五）1:00"


def test_the_year_is_named_only_when_it_is_another_one():
    assert wording.day_text(date(2026, 12, 31), TODAY) == "12月31日（周四）"
    assert wording.day_text(date(2027, 1, 1), TODAY) == "2027年1月1日（周五）"


def test_the_day_of_an_instant_is_shanghais_not_utcs():
    assert wording.day_text(datetime(2026, 3, 11, 17, 0, tzinfo=UTC), TODAY) == "3月12日（周四）"


def test_without_a_given_today_the_clock_decides_about_the_year():
    with time_machine.travel(datetime(2027, 1, 1, tzinfo=UTC)):
        assert wording.day_text(date(2026, 3, 12)) == "2026年3月12日（周四）"


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="naive"):
        wording.moment_text(datetime(2026, 3, 4, 10, 0), TODAY)  # noqa: DTZ001


def test_a_moment_has_no_half_day():
    assert wording.moment_text(datetime(2026, 3, 4, 2, 0, tzinfo=UTC), TODAY) == "3月4日（周三）10:00"


@pytest.mark.parametrize(
    ("hour", "minute", "word"),
    [(0, 0, "上午"), (11, 59, "上午"), (12, 0, "下午"), (17, 29, "下午"), (17, 30, "晚上"), (23, 59, "晚上")],
)
def test_half_days_turn_at_noon_and_half_past_five(hour, minute, word):
    assert wording.half_of(at(hour, minute)) == word


def test_inclusive_days():
    assert wording.days_text(date(2026, 3, 9), date(2026, 3, 15), TODAY) == "3月9日（周一）至3月15日（周日）"
    assert wording.days_text(TODAY, TODAY, TODAY) == "3月2日（周一）"


def test_figures_have_thousands_a_true_minus_and_a_dash_for_nothing():
    assert [wording.figure(n) for n in (0, 1142, 19846.0, 4.75, -8, None)] == ["0", "1,142", "19,846", "4.8", "−8", "–"]
    assert wording.minutes(120) == "120 分钟"
    assert wording.percent(17, 36) == "47%"
    assert wording.percent(0, 0) == "–"


def test_sizes():
    assert [wording.people(20, 40), wording.people(30, 30), wording.people(None, 40), wording.people(20, None), wording.people(None, None)] == [
        "20–40 人", "30 人", "最多 40 人", "20 人以上", "人数不限",
    ]  # fmt: skip


def test_a_phone_shows_first_three_and_last_four_and_a_short_number_hardly_anything():
    assert wording.masked("13812345678") == "138****5678"
    assert wording.masked("59250000") == "592*0000"
    assert wording.masked("12345") == "***45"
    assert wording.masked("") == "–"
    assert wording.masked(None) == "–"


def test_deadlines_count_days_of_shanghai():
    now = datetime(2026, 3, 2, 2, 44, tzinfo=UTC)

    assert wording.due(date(2026, 3, 4), TODAY) == "2 天内"
    assert wording.due(date(2026, 3, 1), TODAY) == "逾期 1 天"
    assert wording.due(TODAY, TODAY) == "今天"
    assert wording.due(now - timedelta(minutes=1), now) == "已到时间"
    assert wording.due(now + timedelta(minutes=1), now) == "今天"
    assert [wording.due_tone(TODAY + timedelta(days=d), TODAY) for d in (-1, 0, 3, 4)] == ["stop", "wait", "wait", ""]


def test_time_left():
    now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

    assert wording.left(now + timedelta(hours=44), now) == "还剩 1 天 20 小时"
    assert wording.left(now + timedelta(hours=3, minutes=5), now) == "还剩 3 小时"
    assert wording.left(now + timedelta(seconds=30), now) == "还剩 1 分钟"
    assert wording.left(now, now) == "已到时间"


def test_the_weeks_of_a_month_start_on_monday_and_hold_only_its_days():
    weeks = wording.month_weeks(date(2026, 4, 9))

    assert weeks[0] == [None, None, *(date(2026, 4, n) for n in range(1, 6))]
    assert sum(day is not None for week in weeks for day in week) == 30


def test_a_links_query_changes_adds_and_takes_away():
    args = {"q": "停车", "sort": "new", "after": "abc"}

    assert wording.query(args, sort="top", after=None) == "?q=%E5%81%9C%E8%BD%A6&sort=top"
    assert wording.query({}, a=None) == "?"
    assert wording.query({}, a=[1, 2]) == "?a=1&a=2"


# ── words ──────────────────────────────────────────────────────────────────────────────────────


def test_a_message_is_its_own_wording_in_chinese():
    assert _("还有 %(n)d 处", n=3) == "还有 3 处"
    assert _("100%") == "100%"


def test_markup_in_a_parameter_stays_and_everything_else_is_escaped():
    said = _("%(when)s 前，%(who)s 会答复", when=Markup("<b>今天</b>"), who="<i>")

    assert said == Markup("<b>今天</b> 前，&lt;i&gt; 会答复")


def test_plain_parameters_give_plain_text_that_a_template_escapes():
    assert not isinstance(_("%(who)s", who="<i>"), Markup)


def test_a_lazy_message_is_worded_when_it_is_shown():
    label = _l("请填 %(n)d 以内", n=40)

    assert str(label) == "请填 40 以内"
    assert label == "请填 40 以内"
    assert label.startswith("请填")
    assert label + "。" == "请填 40 以内。"
    assert _l("%(min)d 字") % {"min": 2} == "2 字"


def test_another_language_is_asked_only_inside_a_request_that_chose_it(monkeypatch):
    monkeypatch.setattr(words, "gettext", lambda message: {"点单": "order"}[message])
    app = Flask("words")
    Babel(app, locale_selector=words.spoken)
    words.speak("en")
    try:
        assert _("点单") == "点单"
        with app.test_request_context():
            assert _("点单") == "order"
    finally:
        words.speak(words.DEFAULT)
    with app.test_request_context():
        assert _("点单") == "点单"


# ── states ─────────────────────────────────────────────────────────────────────────────────────

STATES = {
    "order": "draft submitted returned rejected approved planned scheduled delivered closed cancelled unmet missed",
    "dispatch": "proposed approved discarded settled ended",
    "offer": "open accepted declined expired withdrawn taken",
    "lesson": "scheduled delivered called_off missed",
    "rating": "open given lapsed",
    "version": "draft in_review published withdrawn",
    "move": "open moved refused withdrawn",
    "gap": "open filled declined",
}


@pytest.mark.parametrize("kind", STATES)
def test_every_state_of_the_loop_has_its_own_sign(kind):
    assert sorted(signs.SIGNS[kind]) == sorted(STATES[kind].split())


def test_a_sign_is_two_to_six_characters_with_an_icon_of_the_sprite_and_a_known_tone():
    from catalogue.core.assets import STATIC

    sprite = STATIC.joinpath("icons.svg").read_text(encoding="utf-8")
    for found in (sign for states in signs.SIGNS.values() for sign in states.values()):
        assert 2 <= len(found.word) <= 6
        assert found.mine is None or 2 <= len(found.mine) <= 6
        assert f'id="{found.icon}"' in sprite
        assert found.tone in ("", "go", "done", "wait", "stop")


def test_whoever_must_act_is_told_so_and_nobody_else():
    assert signs.state_word("order", "submitted", mine=True) == "等您审核"
    assert signs.state_word("order", "submitted") == "等街镇审核"
    assert signs.state_word("order", "closed", mine=True) == "已办完"


def test_an_unknown_state_is_shown_as_it_is():
    assert signs.sign("order", "odd").word == "odd"


def test_the_six_stamps_of_an_order_that_waits_for_its_lecturer():
    line = signs.steps("planned", {0: ("下塘社区", "2月26日")})

    assert [str(step.word) for step in line] == ["点单", "审核", "派单", "接单", "上课", "评单"]
    assert [step.how for step in line] == ["done", "done", "done", "now", "next", "next"]
    assert (line[0].who, line[0].when, line[1].who) == ("下塘社区", "2月26日", "")


def test_every_order_state_stands_somewhere_on_the_line():
    for state in STATES["order"].split():
        assert len(signs.steps(state)) == 6
    assert [step.how for step in signs.steps("closed")] == ["done"] * 6
    assert [step.how for step in signs.steps("cancelled", at=2)] == ["done", "done", "stop", "next", "next", "next"]


def test_a_history_says_what_was_done_in_the_words_of_its_kind():
    assert [signs.deed("order", "approve"), signs.deed("dispatch", "approve"), signs.deed("offer", "odd")] == [
        "审核通过",
        "批准",
        "odd",
    ]
