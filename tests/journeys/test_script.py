"""What the script spares people, on a page that holds only the parts in question; without script the same page works."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from catalogue.core import assets, shell, web
from tests.journeys.browser import watch

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGE = """{% extends "_layouts/page.html" %}{% from "_macros/fields.html" import saved_line %}
{% from "_macros/buttons.html" import post, copy, go %}
{% block main %}<h1>试</h1>
<form id="draft" method="post" action="/slow" data-autosave="/draft"><input type="hidden" name="version" value="3">
  <label for="need">难处</label><input id="need" name="need">{{ saved_line() }}<button id="send">提交</button></form>
<form hx-post="/refused" hx-target="#answer" method="post" action="/refused"><button id="ask">问</button></form><div id="answer"></div>
<a id="first" href="#a" data-row>一</a><a id="second" href="#b" data-row>二</a>{{ go("#p", "拟派", data_key="p") }}
{{ copy("https://example.test/a", "复制") }}{{ post("/slow", "取消", sure="确定不上了吗？") }}
{% endblock %}"""


class Reader(SimpleNamespace):
    """Somebody signed in, as the frame is kept for them."""

    __hash__ = object.__hash__


class Trial:
    """A page with the parts, and what it was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str]]] = []
        app = Flask("trial", static_folder=None)
        app.jinja_loader = ChoiceLoader([FileSystemLoader(str(TEMPLATES)), DictLoader({"page.html": PAGE})])  # type: ignore[assignment]
        app.secret_key = "k" * 32
        app.jinja_env.globals["csrf_token"] = lambda: "token"
        assets.init(app)
        shell.init(app)
        app.add_url_rule("/", "page", self.page)
        for path, answer in (
            ("/draft", self.draft),
            ("/slow", self.slow),
            ("/refused", self.refused),
            ("/type-size", self.kept),
        ):
            app.add_url_rule(path, path, answer, methods=["POST"])
        app.after_request(self.guarded)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}/"

    @staticmethod
    def guarded(response):  # type: ignore[no-untyped-def]
        response.headers["Content-Security-Policy"] = web.CSP
        return response

    @staticmethod
    def page() -> ResponseReturnValue:
        me = Reader(name="讲师07", unit="", nav=[], todo=0) if "me" in request.args else None
        return render_template("page.html", me=me, large=False, district_name="", now=None, idle_minutes=30)

    def note(self) -> None:
        self.sent.append((request.path, request.form.to_dict()))

    def draft(self) -> ResponseReturnValue:
        self.note()
        return {"version": 4}

    def slow(self) -> ResponseReturnValue:
        self.note()
        threading.Event().wait(0.3)
        return "<title>done</title>done"

    def refused(self) -> ResponseReturnValue:
        self.note()
        return "<p id='no'>不行</p>", 409

    def kept(self) -> ResponseReturnValue:
        self.note()
        return "", 204

    def paths(self) -> list[str]:
        return [path for path, _fields in self.sent]


@pytest.fixture
def trial() -> Iterator[Trial]:
    made = Trial()
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()


@pytest.fixture
def tried(browser: Browser, trial: Trial) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(5000)
    page = context.new_page()
    problems: list[str] = []
    watch(page, trial.url, problems)
    page.goto(trial.url)
    yield page
    context.close()
    assert problems == []


def test_a_draft_is_kept_a_moment_after_typing_and_its_version_goes_on(tried: Page, trial: Trial) -> None:
    tried.fill("#need", "停车难")

    expect(tried.locator("[data-saved-words]")).to_contain_text("草稿已自动保存")
    expect(tried.locator("#draft [name=version]")).to_have_value("4")
    assert trial.sent == [("/draft", {"version": "3", "need": "停车难"})]


def test_two_presses_send_a_form_once(tried: Page, trial: Trial) -> None:
    tried.evaluate("() => { const b = document.getElementById('send'); b.click(); b.click(); }")

    expect(tried).to_have_title("done")
    assert trial.paths() == ["/slow"]


def test_leaving_with_unsaved_words_asks_first(tried: Page) -> None:
    asked = []
    tried.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tried.fill("#need", "停车难")
    tried.goto("about:blank")

    assert asked == ["beforeunload"]


def test_a_refusal_is_swapped_in_and_the_token_was_sent(tried: Page, trial: Trial) -> None:
    with tried.expect_request("**/refused") as asked:
        tried.click("#ask")

    expect(tried.locator("#no")).to_have_text("不行")
    assert asked.value.headers["x-csrftoken"] == "token"


def test_large_type_comes_without_a_new_page_so_typed_words_stay(tried: Page, trial: Trial) -> None:
    tried.fill("#need", "停车难")
    tried.click("[data-type-size] button")

    expect(tried.locator("html")).to_have_attribute("data-type", "large")
    expect(tried.locator("[data-type-size] button")).to_have_text("标准字")
    expect(tried.locator("#need")).to_have_value("停车难")


def test_keys_walk_rows_and_press_buttons_but_never_while_typing(tried: Page) -> None:
    tried.keyboard.press("j")
    tried.keyboard.press("j")
    expect(tried.locator("#second")).to_be_focused()
    tried.focus("#need")
    tried.keyboard.type("p")
    assert not tried.url.endswith("#p")
    tried.focus("#second")
    tried.keyboard.press("p")

    assert tried.url.endswith("#p")


def test_five_minutes_before_the_sign_in_ends_the_page_says_so(browser: Browser, trial: Trial) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(trial.url + "?me=1")
    page.clock.fast_forward(24 * 60 * 1000)
    expect(page.locator(".away-soon")).to_have_count(0)
    page.clock.fast_forward(2 * 60 * 1000)

    expect(page.locator(".away-soon")).to_contain_text("再过 5 分钟会自动退出登录")
    page.close()


def test_without_script_nothing_dead_is_shown_and_the_question_opens(browser: Browser, trial: Trial) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(trial.url)

    expect(page.locator("[data-copy]")).to_be_hidden()
    page.click("summary:has-text('取消')")
    page.click("text=确定取消")
    assert trial.paths() == ["/slow"]
    page.context.close()
