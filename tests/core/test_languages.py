"""Languages: every sentence can be translated, English is offered when the installation says so, and Chinese costs nothing."""

import ast
import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask_migrate import upgrade

from catalogue.app import NAV, create_app
from catalogue.core import languages
from catalogue.core.kept import kept
from catalogue.core.signs import SIGNS
from catalogue.core.words import speak
from config import Config, SettingRefused

ROOT = Path(__file__).parents[2]
ENGLISH = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
SPOKEN = re.compile(r"""(?<![\w.])_l?\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")
SHOWN = (
    "_layouts/_frame",
    "_layouts/bare",
    "_layouts/base",
    "accounts/sign_in",
    "accounts/second_step",
    "menu/",
    "errors/",
)


@pytest.fixture(scope="module")
def extracted(tmp_path_factory) -> Catalog:
    """What `make messages` reads from the sources."""
    file = tmp_path_factory.mktemp("messages") / "messages.pot"
    recipe = next(line for line in (ROOT / "Makefile").read_text().splitlines() if "pybabel -q extract" in line)
    options = recipe.split("extract ")[1].split(" -o ")[0].replace('".* var"', "'.* var'")
    command = f"{sys.executable} -m babel.messages.frontend -q extract {options} -o {file} ."
    subprocess.run(command, shell=True, cwd=ROOT, check=True)
    return read_po(BytesIO(file.read_bytes()))


@pytest.fixture(scope="module")
def english() -> Catalog:
    return read_po(BytesIO(ENGLISH.read_bytes()), locale="en")


def templates():
    yield from ((path.relative_to(ROOT / "templates").as_posix(), path.read_text()) for path in sorted((ROOT / "templates").rglob("*.html")))  # fmt: skip


def sentences(text: str) -> set[str]:
    return {(single or double).replace("\\'", "'").replace('\\"', '"') for single, double in SPOKEN.findall(text)}


def test_every_sentence_of_every_template_is_extracted(extracted):
    missing = [(name, said) for name, text in templates() for said in sentences(text) if said and said not in extracted]

    assert missing == []


def test_every_sentence_of_the_code_is_extracted(extracted):
    missing = [
        (path.name, node.args[0].value)
        for path in (ROOT / "catalogue").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "_l", "later")
        and node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value not in extracted
    ]  # fmt: skip

    assert missing == []


def test_frame_menu_sign_in_and_errors_speak_english(english):
    """Nine in ten: a sentence somebody rewords today is Chinese until it is translated again."""
    wanted = {said for name, text in templates() if name.startswith(SHOWN) for said in sentences(text)}
    wanted |= {str(sign.word) for kind in ("order", "offer", "lesson") for sign in SIGNS[kind].values()}
    wanted |= {label for _roles, label, _path in NAV}
    silent = sorted(said for said in wanted if said and not (english.get(said) and english[said].string))

    assert len(silent) <= len(wanted) / 10, silent


def test_translations_take_the_same_parameters(english):
    wrong = [
        message.id
        for message in english
        if message.id and message.string
        and set(re.findall(r"%\((\w+)\)", str(message.id))) != set(re.findall(r"%\((\w+)\)", str(message.string)))
    ]  # fmt: skip

    assert wrong == []


def test_the_compiled_catalogue_is_the_written_one(english):
    made = BytesIO()
    write_mo(made, english)

    assert ENGLISH.with_suffix(".mo").read_bytes() == made.getvalue()


@pytest.fixture
def speaking(tmp_path):
    """An installation of its own that offers some languages."""

    def install(*offered: str):
        config = Config(app_env="test", database_url=f"sqlite:///{tmp_path / 'songxue.db'}", upload_dir=tmp_path)
        app = create_app(replace(config, languages=",".join(offered or ("zh_CN",))))
        with app.app_context():
            upgrade()
        return app.test_client()

    yield install
    speak("zh_CN")


WISH = {"Accept-Language": "en-GB,en;q=0.9"}
CHINESE, SAID = "忘了密码，请本街镇管理员重设。", "Forgot your password? Ask your town administrator to reset it."


def test_a_page_speaks_english_to_whom_wants_it_where_it_is_offered(speaking):
    client = speaking("zh_CN", "en")

    wished, plain = client.get("/login", headers=WISH).text, client.get("/login").text
    missing = client.get("/nothing-here", headers=WISH).text

    assert (SAID in wished, '<html lang="en"' in wished, CHINESE in wished) == (True, True, False)
    assert (CHINESE in plain, '<html lang="zh-CN"' in plain) == (True, True)
    assert "This page was not found" in missing


def test_without_the_setting_every_page_is_chinese_and_nobody_is_asked(speaking):
    client = speaking()

    page = client.get("/login", headers=WISH).text

    assert (CHINESE in page, 'action="/language"' in page) == (True, False)
    assert not any(f.__module__ == languages.__name__ for f in client.application.before_request_funcs.get(None, ()))


def test_a_readers_own_choice_counts_more_than_the_browsers(speaking):
    client = speaking("zh_CN", "en")
    client.application.config["WTF_CSRF_ENABLED"] = False

    offers = 'action="/language"' in client.get("/login").text
    client.post("/language", data={"language": "en"})
    chosen = client.get("/login").text
    client.post("/language", data={"language": "zh_CN"})
    back = client.get("/login", headers=WISH).text
    client.post("/language", data={"language": "../../etc"})
    nonsense = client.get("/login").text

    assert (offers, SAID in chosen, CHINESE in back, CHINESE in nonsense) == (True, True, True, True)


def test_what_is_kept_is_kept_for_each_language(speaking):
    app = speaking("zh_CN", "en").application
    app.config["KEEP_FIGURES"] = True

    with app.test_request_context():
        first = kept("panel", lambda: "中文")
        speak("en")
        other, again = kept("panel", lambda: "English"), kept("panel", lambda: "more")

    assert (first, other, again) == ("中文", "English", "English")


def test_only_known_languages_can_be_offered():
    read = Config.from_environment
    base = {"APP_ENV": "test"}

    assert read({**base, "LANGUAGES": "zh-CN, en"}).offered_languages == ("zh_CN", "en")
    for wrong in ("en", "zh_CN,fr", "zh_CN;en"):
        with pytest.raises(SettingRefused):
            read({**base, "LANGUAGES": wrong})
