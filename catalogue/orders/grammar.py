"""The words a sentence about times is made of, as one regular expression. The first that fits at a place is taken."""

import re
from collections.abc import Iterator

_N = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_D = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DAYS = "一二三四五六日天"
_WEEK = r"(?:周|星期|礼拜)"
_TO = r"\s*(?:到|至|-|–|—|~)\s*"
_OR = r"\s*(?:、|或者?|和|及|,)?\s*"
_LIST = rf"[{_DAYS}](?:{_OR}[{_DAYS}](?![月旬点时号十]))*"
_HALF = r"(?:上午|早上|早晨|早|中午|午后|下午|晚上|晚间|傍晚|夜里|夜晚|晚)"
_HOUR = r"(?:2[0-3]|1\d|0?\d|十[一二]?|[一二两三四五六七八九])"
_NEAR = r"(?:本月|这个?月|当月|下个?月)"
_NUMERIC_END = r"(?![\d/:点]|\.\d)"


def _year(n: int) -> str:
    return rf"(?:(?P<y{n}>20\d\d年|今年|明年)\s*)?"


def _month(n: int) -> str:
    return rf"(?:{_year(n)}(?P<m{n}>{_N})月份?|(?P<near{n}>{_NEAR}))"


def _clock(n: int) -> str:
    return rf"(?P<h{n}>{_HOUR})(?::(?P<min{n}>[0-5]\d)|[点时](?!间)(?P<part{n}>半|[一三]刻|[0-5]?\d分?|钟|整)?)"


_TOKENS = (
    ("hours", rf"(?:(?P<half1>{_HALF})\s*)?(?P<h1>{_HOUR})(?::(?P<min1>[0-5]\d)|[点时](?!间)(?P<part1>半|[一三]刻|[0-5]?\d分?|钟|整)?)?{_TO}(?:(?P<half2>{_HALF})\s*)?{_clock(2)}"),
    ("hour", rf"(?:(?P<half3>{_HALF})\s*)?{_clock(3)}(?:左右|以后|之后|后|开始|起)?"),
    ("numeric", rf"(?P<ny>20\d\d)(?P<sep>[-/.])(?P<nm1>1[0-2]|0?[1-9])(?P=sep)(?P<nd1>3[01]|[12]\d|0?[1-9]){_NUMERIC_END}|(?P<nm2>1[0-2]|0?[1-9])[/.](?P<nd2>3[01]|[12]\d|0?[1-9]){_NUMERIC_END}"),
    ("day_span", rf"(?:{_month(4)}\s*(?P<from4>{_D})[日号]?{_TO}(?P<until4>{_D})(?![\d月点时:./])[日号]?|(?P<from5>{_D})[日号]?{_TO}(?P<until5>{_D})[日号])"),
    ("days", rf"(?:{_month(6)}\s*)?(?P<days>{_D}[日号]?(?:\s*(?:、|或者?|和|及|,)\s*{_D}(?!\s*(?:月|点|时|:|/|\.|\d))[日号]?)*)(?<=[日号])"),
    ("day", rf"{_month(7)}\s*(?P<day>{_D})(?![\d点时:/.])"),
    ("third", rf"(?:{_month(8)}|(?P<that>月))的?(?P<third>上旬|中旬|下旬|上半月|下半月|底|末|初|中(?!午))"),
    ("months", rf"{_year(9)}(?P<m9>{_N})月?份?{_TO}{_year(10)}(?P<m10>{_N})月份?(?!\s*\d)"),
    ("month", _month(11)),
    ("year_part", r"年底|年末|年初|今年|明年|年(?=内)"),
    ("feast", r"(?P<feast>元旦|春节|过年|清明|五一|劳动|端午|中秋|国庆|十一(?=节|长假|假期|[之以]?[前后])|年(?=[之以]?[前后]))(?:节|小?长假|假期|放假)*"),
    ("this_week", rf"(?P<week>这个?|本|下下个?|下个?){_WEEK}(?:(?P<w_from>[{_DAYS}]){_TO}{_WEEK}?(?P<w_until>[{_DAYS}])|(?P<w_list>{_LIST})|(?P<w_end>末))?"),
    ("near_day", r"大后天|后天|明天|今天|明(?=[早晚上下中])|今(?=[早晚上下中])"),
    ("until", r"(?:\(?含(?:当[天日])?\)?|及)(?:之前|以前|前)|(?:之前|以前|前)\(含(?:当[天日])?\)|为止|截止"),
    ("since", r"(?:及|\(?含(?:当[天日])?\)?)(?:之后|以后|后)|(?:之后|以后|后)\(含(?:当[天日])?\)|开始|起"),
    ("before", r"之前|以前|前"),
    ("after", r"之后|以后|后"),
    ("holidays", r"(?:节假日|放假|假期|假日)(?:也可以|也行|也可|都可以|都行)"),
    ("week_span", rf"{_WEEK}(?P<from>[{_DAYS}]){_TO}{_WEEK}?(?P<until>[{_DAYS}])"),
    ("week_list", rf"{_WEEK}(?P<list>{_LIST})"),
    ("to", r"\s*(?:截至|截止到|到|至|-|–|—|~)\s*"),
    ("workdays", r"工作日"),
    ("weekend", r"周末|双休日?"),
    ("every", r"每天|天天|任意一天|任何一天|哪天"),
    ("every_week", rf"每个?(?={_WEEK})"),
    ("light", r"白天"),
    ("half", _HALF),
    ("all_halves", r"全天|整天|任意时间|任何时间|什么时候|不限时间|不限"),
    ("filler", r"[\s,，、。;；/.!！的()]+|或者?|和|及|以及|任意|任选|任何|随便|随时|均可|都可以|都行|都可|可以|都|行|每个?|内|里|之内|以内|期间|在|有空|方便|时间|也|最好|尽量|希望|想|请|安排|上课"),
)  # fmt: skip
_TOKEN = re.compile("|".join(f"(?P<t_{name}>{form})" for name, form in _TOKENS))
NEGATION = re.compile(r"不(?!限)|没|除|别|勿|避开|非")
_CLAUSE = re.compile(r"[,，。;；!！\n]")


def tokens(said: str) -> Iterator[tuple[str, re.Match[str] | None, int, int]]:
    """(kind, match, start, end) of every word; what is no word comes character by character as ("", None, …)."""
    at = 0
    while at < len(said):
        part = _TOKEN.match(said, at)
        if part is None:
            yield "", None, at, at + 1
            at += 1
            continue
        yield str(part.lastgroup)[2:], part, at, part.end()  # the group that closed last is the outermost
        at = part.end()


def clause(said: str, start: int, end: int) -> str:
    """The part of the sentence between two stops that holds these characters."""
    first = max((m.end() for m in _CLAUSE.finditer(said, 0, start)), default=0)
    stop = _CLAUSE.search(said, end)
    return said[first : stop.start() if stop else len(said)].strip()
