"""One stylesheet, one script, one sprite: what the strict policy and old phones need of them; and the macros over them."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from jinja2 import StrictUndefined
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)  # fmt: skip
from wtforms.validators import InputRequired

from catalogue.core import assets, shell
from tests import factories

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ERRORS = (400, 403, 404, 405, 409, 410, 412, 413, 415, 422, 428, 429, 500, 503)


@pytest.fixture(scope="module")
def site():
    app = Flask("site", template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(SECRET_KEY="k" * 32, WTF_CSRF_ENABLED=False)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    assets.init(app)
    shell.init(app)
    return app


class Reader(SimpleNamespace):
    """Somebody signed in, as the frame is kept for them."""

    __hash__ = object.__hash__


def head(**changes):
    return {
        "me": None, "large": False, "district_name": "青浦区社区治理学院", "request_id": "abc", "idle_minutes": 30,
        "now": datetime(2026, 3, 2, 2, 44, tzinfo=UTC),
    } | changes  # fmt: skip


def rendered(site, template, **context):
    with site.test_request_context():
        return site.jinja_env.from_string(template).render(**context)


# ── files ──────────────────────────────────────────────────────────────────────────────────────


def test_the_stylesheet_holds_bootstrap_and_ours_and_no_picture_the_policy_refuses():
    css = assets.bundle()["site.css"].body.decode()

    assert ".btn-primary" in css
    assert "--accent: #b3261e" in css
    assert "data:" not in css
    assert "url(" not in css


def test_every_opened_brace_is_closed():
    css = assets.bundle()["site.css"].body.decode()

    assert css.count("{") == css.count("}")


def test_unused_parts_of_bootstrap_are_left_out_and_used_ones_stay():
    css = assets.trimmed(
        ".btn{a:b}.modal,.row{c:d}@media (min-width:1200px){.fs-4{e:f}.d-xl-none{g:h}}@keyframes x{from{i:j}}"
    )

    assert css == ".btn{a:b}.row{c:d}@media (min-width:1200px){.fs-4{e:f}}"


def test_every_utility_class_that_our_templates_use_exists():
    css = assets.bundle()["site.css"].body.decode()
    known = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", css))
    used = set()
    for path in TEMPLATES.joinpath("_layouts").glob("*.html"):
        for names in re.findall(r'class="([^"{}]+)"', path.read_text(encoding="utf-8")):
            used |= set(names.split())

    assert used - known == set()


def test_old_phones_get_less_than_forty_kilobytes_of_style_and_script_together():
    made = assets.bundle()

    assert len(made["site.css"].packed) + len(made["site.js"].packed) < 40_000


def test_the_css_keeps_to_what_chromium_86_reads():
    css = "".join(assets.STATIC.joinpath(name).read_text(encoding="utf-8") for name in assets.STYLES)

    assert not re.search(
        r"(?<![-\w])(inset|(?:padding|margin)-(?:inline|block)):|:has\(|:is\(|:where\(|@layer|@container", css
    )


def test_the_script_is_plain_and_evaluates_nothing():
    ours = assets.STATIC.joinpath("site.js").read_text(encoding="utf-8")

    assert not re.search(r"\beval\(|new Function|innerHTML|https?://", ours)


def test_every_word_of_the_script_can_be_translated():
    script = assets.STATIC.joinpath("site.js").read_text(encoding="utf-8")
    spoken = re.sub(r"/\*.*?\*/", "", script, flags=re.S)

    assert [said.message for said in assets.SCRIPT_WORDS] == re.findall(r"\bt\('([^']+)'\)", script)
    assert re.findall(r"[\u4e00-\u9fff]+", re.sub(r"\bt\('[^']+'\)", "", spoken)) == []


# ── serving ────────────────────────────────────────────────────────────────────────────────────


def test_a_hashed_file_may_be_kept_for_ever_and_comes_compressed(site):
    answer = site.test_client().get(assets.asset("site.css"), headers={"Accept-Encoding": "gzip, br"})

    assert (answer.status_code, answer.headers["Content-Encoding"], answer.mimetype) == (200, "gzip", "text/css")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == assets.bundle()["site.css"].body


def test_a_client_without_gzip_gets_it_plain(site):
    answer = site.test_client().get(assets.asset("icons.svg"))

    assert answer.data == assets.bundle()["icons.svg"].body
    assert "Content-Encoding" not in answer.headers


def test_an_old_hash_gets_todays_file_but_is_not_kept(site):
    answer = site.test_client().get("/assets/site.000000000000.css")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path", ["/assets/nope.css", "/assets/tokens.000000000000.css", "/assets/..%2fapp.py", "/assets/x"]
)
def test_nothing_else_is_served(site, path):
    assert site.test_client().get(path).status_code == 404


def test_an_icon_is_hidden_from_screen_readers_and_comes_from_the_hashed_sprite(site):
    assert assets.icon("star", True) == (
        f'<svg class="ico fill" aria-hidden="true"><use href="{assets.asset("icons.svg")}#star"/></svg>'
    )


# ── templates ──────────────────────────────────────────────────────────────────────────────────


def of_every_template(found):
    """Path → what `found` finds in its text, for every HTML template of the project, without those where it finds nothing."""
    texts = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")
    }
    return {name: hits for name, text in sorted(texts.items()) if (hits := found(text))}


def inline(text):
    return re.findall(r"\sstyle=|<style|<script(?! src=)|\son[a-z]+=|\|\s*safe", text)


def untranslated(text):
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    text = re.sub(r"""_l?\(\s*('[^']*'|"[^"]*")""", "", text)
    return re.findall(r"[\u4e00-\u9fff]+", text)


def test_no_template_has_an_inline_style_script_or_handler():
    assert of_every_template(inline) == {}


def test_every_visible_chinese_word_of_a_template_goes_through_translation():
    assert of_every_template(untranslated) == {}


def test_the_two_searches_find_what_they_are_for():
    assert inline('<p style="x" onclick="y"><script>{{ z | safe }}') != []
    assert untranslated("{# 注 #}{{ _('好') }}{{ _(\"好\") }}<p>坏</p>") == ["坏"]


def test_every_template_compiles_with_the_names_of_the_application(app):
    for path in sorted(TEMPLATES.rglob("*.html")):
        app.jinja_env.get_template(path.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("status", ERRORS)
def test_an_error_page_says_what_to_do_and_gives_its_number(site, status):
    with site.test_request_context():
        html = site.jinja_env.get_template(f"errors/{status}.html").render(
            **head(status=status, code="", sentence="", typed=[])
        )

    assert "编号" in html
    assert "abc" in html
    assert "现在可以这样" in html
    assert html.count("<h1") == 1


def test_a_conflict_keeps_what_was_typed_and_escapes_it(site):
    context = head(code="taken", sentence="讲师07 那天晚上已有课。", typed=[("need", "<b>停车</b>")])
    with site.test_request_context():
        html = site.jinja_env.get_template("errors/409.html").render(**context)

    assert "讲师07 那天晚上已有课。" in html
    assert "您填的都还在。" in html
    assert "&lt;b&gt;停车&lt;/b&gt;" in html


def test_a_stranger_sees_a_way_to_sign_in_and_no_tab_bar(site):
    html = rendered(site, '{% extends "_layouts/page.html" %}{% block main %}正文{% endblock %}', **head())

    assert 'href="/login"' in html
    assert "tabbar" not in html
    assert 'data-type="normal"' in html


def test_a_person_sees_unit_to_do_and_every_entry_of_the_navigation_once_on_each_width(site):
    nav = [SimpleNamespace(label=f"页{n}", url=f"/p{n}", current=n == 1, count=0) for n in range(8)]
    me = Reader(name="讲师07", unit="下塘社区", nav=nav, todo=2)

    html = rendered(site, '{% extends "_layouts/page.html" %}', **head(me=me, large=True))

    assert [html.count(f'href="/p{n}"') for n in range(8)] == [2] * 8
    assert html.count('aria-current="page"') == 2
    assert html.count('<b class="tally">2</b>') == 2
    assert 'data-type="large"' in html
    assert 'data-idle-minutes="30"' in html


class Order(FlaskForm):
    need = TextAreaField("难处", description="写几句就行。")
    n = IntegerField("来多少人", [InputRequired("请填人数。")])
    day = DateField("哪一天")
    who = SelectField("给谁听", choices={"a": "党员"})
    place = RadioField("在哪里上", [InputRequired("请选一处。")], choices={"1": "活动室", "2": "线上"})
    name = StringField("名称")
    agree = BooleanField("同意拼课")
    version = HiddenField()


FORM = '{% from "_macros/fields.html" import errors, hidden, rows, picks %}{{ errors(form) }}{{ hidden(form) }}{{ rows(form) }}'


def form_page(site, **values):
    with site.test_request_context(method="POST", data=values):
        form = Order()
        form.refusal = ""
        form.validate()
        return site.jinja_env.from_string(FORM).render(form=form)


def test_a_field_with_an_error_is_named_at_the_top_and_tied_to_its_reason(site):
    html = form_page(site, who="a", n="")

    assert '<a href="#n">来多少人</a>：请填人数。' in html
    assert 'aria-describedby="n-why"' in html
    assert 'id="n-why"' in html
    assert 'aria-invalid="true"' in html


def test_a_field_without_an_error_claims_none_and_keeps_what_was_typed(site):
    html = form_page(site, who="a", n="30", place="2", need="<停车>")

    assert "aria-invalid" not in html
    assert 'id="errors"' not in html
    assert "&lt;停车&gt;" in html
    assert re.search(r'class="pick on"><input checked [^>]*value="2"', html)
    assert 'aria-describedby="need-help"' in html


def test_only_optional_fields_say_that_they_may_stay_empty(site):
    html = form_page(site, who="a", n="30", place="1")

    assert re.search(r'for="name">名称<span class="may">', html)
    assert re.search(r'for="n">来多少人</label>', html)


def test_a_closed_choice_is_switched_off_and_says_why(site):
    with site.test_request_context():
        html = site.jinja_env.from_string(
            '{% from "_macros/fields.html" import picks %}{{ picks(form.place, closed={"1": "排满"}) }}'
        ).render(form=Order())

    assert re.search(
        r'class="pick off"><input disabled [^>]*value="1"[^>]*><span><b>活动室</b><small>排满</small>', html
    )
    assert html.count("disabled") == 1


def test_a_posting_button_is_a_form_with_token_version_and_key(site):
    html = rendered(site, '{% from "_macros/buttons.html" import post %}{{ post("/x", "撤回", version=3, key="k1") }}')

    assert '<form action="/x" method="post">' in html
    assert '<input type="hidden" name="csrf_token" value="token">' in html
    assert '<input type="hidden" name="version" value="3">' in html
    assert '<input type="hidden" name="key" value="k1">' in html


def test_a_chip_has_word_icon_and_colour(site):
    html = rendered(site, '{% from "_macros/states.html" import chip %}{{ chip("order", "unmet") }}')

    assert html == f'<span class="chip c-stop">{assets.icon("cross")}没排上</span>'


def test_a_month_offers_its_days_as_buttons_except_the_closed_ones(site):
    days = {date(2026, 4, 4): {"tone": "off", "word": "清明"}, date(2026, 4, 9): {"tone": "on", "word": "首选"}}

    html = rendered(
        site, '{% import "_macros/calendar.html" as calendar %}{{ calendar.month(first, days, name="day") }}',
        first=date(2026, 4, 1), days=days,
    )  # fmt: skip

    assert html.count("<button") == 29
    assert '<span class="day off">4<small>清明</small></span>' in html
    assert 'value="2026-04-09" aria-label="4月9日，首选" aria-pressed="true"' in html


def test_next_and_previous_keep_the_other_filters(site):
    html = rendered(
        site, '{% from "_macros/paging.html" import pager %}{{ pager(page, args) }}',
        page=SimpleNamespace(rows=[1], after="n", before=""), args={"q": "a", "before": "x"},
    )  # fmt: skip

    assert 'href="?q=a&amp;after=n"' in html
    assert "上一页" not in html


def test_undefined_names_in_our_macros_would_be_noticed(site):
    strict = site.jinja_env.overlay(undefined=StrictUndefined)

    assert strict.get_template("_macros/buttons.html").module.go("/x", "去")


def test_a_history_names_who_acted_for_whom_and_why(site):
    row = SimpleNamespace(
        at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
        actor="练塘镇",
        action="return",
        code="size",
        words="写明人数",
        acting_for_id=3,
    )

    html = rendered(
        site, '{% from "_macros/history.html" import history %}{{ history("order", rows, {3: "下塘社区"}, {"size": "人数不对"}) }}', rows=[row],
    )  # fmt: skip

    assert "<b>练塘镇</b>" in html
    assert "（代下塘社区）" in html
    assert "退回修改" in html
    assert "人数不对：写明人数" in html


def test_a_course_card_never_shows_a_rating_without_its_n(site):
    card = '{% from "_macros/cards.html" import book %}{{ book("sw", "实务实训", "停车难", "/c/1", ["研讨", ""], rating, n, free="3月9日") }}'

    rated = rendered(site, card, rating=4.666, n=31)
    fresh = rendered(site, card, rating=None, n=0)

    assert "4.7 分（31 份评单）" in rated
    assert "新课，还没有评单" in fresh
    assert rated.count('<span class="nb">') == 2


def test_a_stranger_gets_the_stylesheet_of_the_application(client):
    answer = client.get(assets.asset("site.css"))

    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert answer.headers["Cache-Control"].endswith("immutable")
    assert "Set-Cookie" not in answer.headers


def test_a_missing_page_still_knows_who_is_signed_in(client):
    person = factories.an_orderer(name="讲师07")
    client.sign_in(person)

    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "讲师07" in answer.text
    assert "没有找到这一页" in answer.text
