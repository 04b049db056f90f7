"""Every line of the log is one JSON object with the request's id and without anybody's secret."""

import json
import logging

import pytest
from flask import Flask

from catalogue.core import logs


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    logs.init_app(app)
    app.add_url_rule("/offers/<token>", view_func=lambda token: logs.request_id(), endpoint="answer")
    return app


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


@pytest.fixture(autouse=True)
def _quiet_afterwards():
    yield
    logging.getLogger().handlers.clear()


def test_a_request_is_one_line_with_its_id_and_without_the_secret_in_its_address(app, capfd) -> None:
    logs.configure("INFO")

    answer = app.test_client().get("/offers/s3cr3t?password=x")

    (line,) = lines(capfd)
    assert answer.text == answer.headers["X-Request-ID"] == line["request_id"]
    assert (line["event"], line["method"], line["route"], line["status"]) == ("request", "GET", "/offers/<token>", 200)
    assert set(line) == {"event", "method", "route", "status", "ms", "request_id", "level", "at"}


def test_an_id_from_outside_is_kept_only_behind_a_trusted_proxy(app) -> None:
    behind = Flask("behind")
    logs.init_app(behind, behind_proxy=True)
    given = {"X-Request-ID": "abcd-1234"}

    assert behind.test_client().get("/", headers=given).headers["X-Request-ID"] == "abcd-1234"
    assert behind.test_client().get("/", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"] != "a b"
    assert app.test_client().get("/", headers=given).headers["X-Request-ID"] != "abcd-1234"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ({"password": "p"}, {"password": "***"}),
        ({"csrf_token": "p"}, {"csrf_token": "***"}),
        ({"note": "电话13812345678。"}, {"note": "电话138***5678。"}),
        ({"url": "postgresql://u:hush@db/x"}, {"url": "postgresql://u:***@db/x"}),
        ({"head": "Authorization: Bearer abc.def"}, {"head": "Authorization: Bearer ***"}),
        ({"body": "a=1&password=p&b=2"}, {"body": "a=1&password=***&b=2"}),
        ({"id": "202611251234567890"}, {"id": "202611251234567890"}),
        ({"count": 3}, {"count": 3}),
    ],
)
def test_secrets_and_telephone_numbers_are_blanked(said, written) -> None:
    assert logs.hide_secrets(None, "", dict(said)) == written


def test_what_libraries_log_comes_out_in_the_same_form(capfd) -> None:
    logs.configure("INFO")

    try:
        raise ValueError("password=hush")
    except ValueError:
        logging.getLogger("some.library").exception("went %s", "wrong")

    (line,) = lines(capfd)
    assert (line["event"], line["level"], line["logger"]) == ("went wrong", "error", "some.library")
    assert str(line["exception"]).endswith("ValueError: password=***")
