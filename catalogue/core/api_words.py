"""What a program is told in Chinese: a sentence for every status, and for every field a schema refused."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from catalogue.core.words import _, _l

STATUS: dict[int, Any] = {
    400: _l("这个请求读不懂：正文要是合法的 JSON。"),
    401: _l("请先登录：用 POST /api/v1/auth/token 取得令牌，放在 Authorization: Bearer 里。"),
    403: _l("这件事不由您办。"),
    404: _l("没有这个地址，或者不在您的范围内。请核对路径和编号。"),
    405: _l("这个地址不能用这种方法，可以用的写在 Allow 里。"),
    413: _l("正文太大了，最多 1 MiB。"),
    415: _l("正文要用 JSON：Content-Type 写 application/json。"),
    422: _l("内容不对，请照 errors 里写的改。"),
    429: _l("请求太多了，请照 Retry-After 过一会儿再来。"),
    500: _l("系统出错了，什么都没有保存。请把 request_id 告诉系统管理员。"),
    503: _l("现在办不了，请照 Retry-After 过一会儿再试。什么都没有保存。"),
}
MOST_SAID = 5  # fields the sentence names; `errors` has them all

Say = Callable[[re.Match[str]], str]
_FIELDS: tuple[tuple[str, Say], ...] = (
    (r"Missing data for required field\.", lambda m: _("这一项必填。")),
    (r"Field may not be null\.", lambda m: _("这一项不能是 null。")),
    (r"Unknown field\.", lambda m: _("没有这一项，请去掉。")),
    (r"Not a valid integer\.", lambda m: _("请填整数。")),
    (r"Not a valid number\.|Special numeric values.*", lambda m: _("请填数字。")),
    (r"Number too large\.", lambda m: _("这个数太大了。")),
    (r"Not a valid (?:utf-8 )?string\.", lambda m: _("请填文字。")),
    (r"Not a valid boolean\.", lambda m: _("请填 true 或 false。")),
    (r"Not a valid (?:list|tuple)\.", lambda m: _("请填一个数组。")),
    (r"Not a valid mapping type\.|Invalid (?:input )?type\.", lambda m: _("请填一个 JSON 对象。")),
    (r"Not a valid date\.", lambda m: _("请填日期，例如 2026-03-01。")),
    (r"Not a valid (?:naive |aware )?(?:datetime|time)\.", lambda m: _("请填带时区的时间，例如 2026-03-01T09:00:00+08:00。")),
    (r"Invalid JSON body\.", lambda m: _("正文要是合法的 JSON。")),
    (r"Must be one of: (.*)\.", lambda m: _("请从这些里选：%(choices)s。", choices=m[1].strip(", "))),
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", lambda m: _("请填 %(least)s 到 %(most)s 之间的值。", least=m[1], most=m[2])),
    (r"Must be greater than or equal to (\S+)\.", lambda m: _("不能小于 %(least)s。", least=m[1])),
    (r"Must be less than or equal to (\S+)\.", lambda m: _("不能大于 %(most)s。", most=m[1])),
    (r"Length must be between (\d+) and (\d+)\.", lambda m: _("长度请在 %(least)s 到 %(most)s 之间。", least=m[1], most=m[2])),
    (r"Longer than maximum length (\d+)\.", lambda m: _("太长了，最多 %(most)s。", most=m[1])),
    (r"Shorter than minimum length (\d+)\.", lambda m: _("太短了，至少 %(least)s。", least=m[1])),
    (r"Length must be (\d+)\.", lambda m: _("长度要正好是 %(n)s。", n=m[1])),
)  # fmt: skip
_CHINESE = re.compile("[\u3400-\u9fff]")


def sentence(message: str) -> str:
    """A schema's message in Chinese; a sentence of our own stays as it is."""
    for pattern, say in _FIELDS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return say(found)
    return message if _CHINESE.search(message) else _("这个值不对，请看接口说明。")


def by_field(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    """Field → sentences from what a schema refused: {"json": {"windows": {0: {"day": […]}}}} is {"windows.0.day": […]}."""
    found: dict[str, list[str]] = {}
    for below in messages.values():  # where it came from: json, query
        for field, message in _flat("", below):
            found.setdefault(field or "_schema", []).append(sentence(message))
    return found


def _flat(field: str, messages: Any) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from _flat(field if name == "_schema" else f"{field}.{name}".lstrip("."), below)
    elif isinstance(messages, list | tuple):
        for one in messages:
            yield from _flat(field, one)
    else:
        yield field, str(messages)


def detail(status: int, errors: Mapping[str, list[str]] | None = None) -> str:
    """The sentence of an answer that has none of its own: what is wrong with which fields, else what the status means."""
    if errors:
        told = [_("%(field)s：%(words)s", field=field, words="".join(said)) if field != "_schema" else "".join(said) for field, said in list(errors.items())[:MOST_SAID]]  # fmt: skip
        more = len(errors) - MOST_SAID
        return " ".join(told) + (_(" 另外还有 %(n)d 处，见 errors。", n=more) if more > 0 else "")
    return str(STATUS.get(status) or STATUS[500 if status >= 500 else 400])
