"""What docs/api.md promises of every refusal: a Chinese sentence, fields by name, nothing unknown ignored, public routes named as such."""

import inspect
import re

import pytest
from marshmallow import Schema, fields, validate

from catalogue.core import api_words
from catalogue.core.web import anyone, permission_of
from tests.factories import PASSWORD, a_committee, account_of, an_orderer, the_town

CHINESE = re.compile("[\u3400-\u9fff].*。$")


@pytest.fixture
def bearer(client):
    a_committee("东庄村", the_town())
    account_of(an_orderer(), "xiatang")
    made = client.post("/api/v1/auth/token", json={"username": "xiatang", "password": PASSWORD})
    return {"Authorization": f"Bearer {made.json['access_token']}"}


def ask(client, bearer, method, path, **sent):
    return getattr(client, method)(f"/api/v1{path}", headers=bearer | sent.pop("headers", {}), **sent)


REFUSED = {  # (method, path, sent): (status, detail)
    ("get", "/nowhere", ()): (404, "没有这个地址，或者不在您的范围内。请核对路径和编号。"),
    ("delete", "/orders", ()): (405, "这个地址不能用这种方法，可以用的写在 Allow 里。"),
    ("post", "/orders", (("data", "{"), ("content_type", "application/json"))): (400, "正文要是合法的 JSON。"),
    ("post", "/orders", (("data", "a=1"), ("content_type", "text/plain"))): (415, "正文要用 JSON：Content-Type 写 application/json。"),
    ("post", "/orders", (("data", b" " * (1024 * 1024 + 1)), ("content_type", "application/json"))): (413, "正文太大了，最多 1 MiB。"),
    ("get", "/orders?foo=1", ()): (422, "foo：没有这一项，请去掉。"),
    ("get", "/me?foo=1", ()): (422, "没有这一项，请去掉。"),
    ("get", "/orders?after=xx", ()): (422, "这个翻页标记不对，请原样使用上一次得到的 after 或 before。"),
    ("get", "/orders?before=W10", ()): (422, "这个翻页标记不对，请原样使用上一次得到的 after 或 before。"),
    ("get", "/organisations?limit=0&level=x", ()): (422, "limit：请填 1 到 100 之间的值。 level：请从这些里选：city, district, town, committee, unit。"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "told"), REFUSED.items())
def test_every_refusal_has_its_sentence(client, bearer, asked, told):
    method, path, sent = asked

    answer = ask(client, bearer, method, path, **dict(sent))

    assert (answer.status_code, answer.json["detail"]) == told


def test_without_a_token_the_sentence_says_how_to_get_one(client):
    answer = client.get("/api/v1/me")

    assert (answer.status_code, bool(CHINESE.search(answer.json["detail"]))) == (401, True)


def test_fields_of_rows_inside_are_named_with_their_place(client, bearer):
    answer = ask(client, bearer, "post", "/orders", json={"course_id": "x", "windows": [{"day": "2026-03-10", "half_day": "noon"}], "extra": 1})  # fmt: skip

    assert answer.json["errors"] == {
        "course_id": ["请填整数。"],
        "organisation_id": ["这一项必填。"],
        "windows.0.half_day": ["请从这些里选：morning, afternoon, evening。"],
        "extra": ["没有这一项，请去掉。"],
    }


def default_messages():
    """Every message marshmallow's fields and validators give by default, filled in."""
    for kind in vars(fields).values():
        if inspect.isclass(kind) and issubclass(kind, fields.Field):
            yield from kind.default_error_messages.values()
    for check in (
        validate.Length(1, 2), validate.Length(1), validate.Length(max=2), validate.Length(equal=2), validate.Range(1, 2), validate.Range(1),
        validate.Range(max=2), validate.OneOf(["a", "b"]), validate.Regexp("a"),
    ):  # fmt: skip
        for value in ("", "xxx", 0, 9):
            try:
                check(value)
            except validate.ValidationError as refused:
                yield str(refused.messages[0])
            except TypeError:
                continue
    yield from Schema._default_error_messages.values()


def test_no_message_of_a_schema_stays_english():
    told = {message: api_words.sentence(message) for message in default_messages()}

    assert [message for message, said in told.items() if not CHINESE.search(said)] == []
    assert api_words.sentence("请选是谁没有来。") == "请选是谁没有来。"


def test_the_description_names_public_routes_as_public(app, client):
    paths = client.get("/api/openapi.json").json["paths"]
    public = {
        (rule.rule, method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1") and permission_of(app.view_functions[rule.endpoint]) is anyone
    }
    told = {
        (re.sub(r"\{(\w+)\}", r"<int:\1>", path), method)
        for path, methods in paths.items()
        for method, one in methods.items()
        if method in ("get", "post") and "security" in one and (one["security"] == [] or {} in one["security"])
    }

    assert told == public == {("/api/v1/auth/token", "post"), ("/api/v1/courses", "get"), ("/api/v1/courses/<int:course_id>", "get")}  # fmt: skip


def test_every_list_refuses_a_broken_mark(app, client, bearer):
    lists = [p for p, methods in client.get("/api/openapi.json").json["paths"].items() if "{" not in p and any(one.get("name") == "after" for one in methods.get("get", {}).get("parameters", ()))]  # fmt: skip

    answers = {path: client.get(f"{path}?after=xx", headers=bearer).status_code for path in lists}

    assert len(lists) >= 5
    assert set(answers.values()) <= {422, 403, 404}, answers
    assert answers["/api/v1/orders"] == answers["/api/v1/lessons"] == 422
