"""Reasons, points, funnels and ways out as plain Chinese sentences.

Names come through a mapping, so the core needs no database. What another organisation may read (Reader.OUTSIDE, the
default) never says where or with whom a lecturer is busy, nor how far from home: a journey that does not fit is 已有课
like any other lesson.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from catalogue.matching.candidates import Fact, Ranking
from catalogue.matching.points import PREFERENCES
from catalogue.matching.presence import Presence
from catalogue.matching.problem import Order, Problem
from catalogue.matching.rules import RANK, RULE_OF
from catalogue.matching.ruling import Reason
from catalogue.matching.search import Candidate, Placement
from catalogue.matching.terms import DAY, HALF_DAYS, Mode, half_day
from catalogue.matching.ways import WayOut

WEEKDAYS = "一二三四五六日"
PLACES = {Mode.ONSITE: "居村现场", Mode.ONLINE: "线上"}
PLACE_WORDS = "二三四"  # 第二名 …


class Reader(Enum):
    """Who reads: another organisation, or the dispatcher who may know why somebody is not free."""

    OUTSIDE = "outside"
    DISPATCHER = "dispatcher"


@dataclass(frozen=True)
class Names:
    """What people call the lecturers and venues; an id without a name is shown as it is."""

    lecturers: Mapping[str, str] = field(default_factory=dict)
    venues: Mapping[str, str] = field(default_factory=dict)

    def lecturer(self, of: str) -> str:
        """A lecturer's name."""
        return self.lecturers.get(of, of)

    def place(self, placement: Placement) -> str:
        """The venue's name, 居村现场 or 线上."""
        if placement.venue is None:
            return PLACES.get(placement.mode, "")
        return self.venues.get(placement.venue, placement.venue)


# --- times --------------------------------------------------------------------------------------------------------


def day_words(day: date, weekday: bool = True) -> str:
    """3月28日（周六）, or without the weekday."""
    return f"{day.month}月{day.day}日" + (f"（周{WEEKDAYS[day.weekday()]}）" if weekday else "")


def half_words(problem: Problem, start: int) -> str:
    """3月28日（周六）上午"""
    return day_words(problem.date_of(start // DAY)) + HALF_DAYS[half_day(start)].label


def time_words(problem: Problem, start: int, end: int) -> str:
    """3月12日（周四）下午 14:00–16:00"""
    return f"{half_words(problem, start)} {clock(start)}–{clock(end)}"


def clock(minute: int) -> str:
    """14:00"""
    return f"{minute % DAY // 60}:{minute % 60:02d}"


def _iso(text: str) -> str:
    return day_words(date.fromisoformat(text), weekday=False)


# --- reasons ------------------------------------------------------------------------------------------------------

SHORT: Mapping[str, str] = {
    "mode": "不用这种方式上课",
    "grid": "不在整点的格子上开始",
    "window": "不在点单给出的时间里",
    "lead": "太早，来不及安排",
    "edition": "超出本期授课时间",
    "committee_busy": "居村那时已有课",
    "qualified": "没有资格讲这门课",
    "appointed": "没有聘书",
    "corps": "不是指定宣讲团的成员",
    "area": "不去这一带",
    "online": "不讲线上课",
    "excluded": "已问过，这次不来",
    "max_per_month": "当月课已排满",
    "max_per_week": "当周课已排满",
    "max_per_day": "当天课已排满",
    "max_half_days_per_day": "当天课已排满",
    "absent": "请假",
    "hours": "那时不讲课",
    "lecturer_busy": "已有课",
    "place": "地点和上课方式不合",
    "allowed": "没有合适的场地",
    "plaque": "场地已摘牌",
    "venue_area": "场地不接待本居村",
    "venue_radius": "场地太远",
    "capacity": "场地坐不下",
    "equipment": "场地缺设备",
    "closed": "场地停用",
    "open": "场地那时不开放",
    "venue_busy": "场地已有课",
    "radius": "离家太远",
    "home_legs": "路上来不及",
    "travel": "路程不够时间",
    "gone": "已不在名册上",
}


def reason_words(reason: Reason, reader: Reader = Reader.OUTSIDE) -> str:
    """A few words that can follow "1 位": 已有课, 聘期 3月20日到期."""
    given = reason.params
    if reason.code == "travel" and reader is Reader.OUTSIDE:
        return SHORT["lecturer_busy"]
    match reason.code:
        case "appointed" | "qualified" | "corps" if "until" in given:
            return f"{_term_word(reason.code)} {_iso(given['until'])}到期"
        case "appointed" | "qualified" | "corps" if "since" in given:
            return f"{_term_word(reason.code)} {_iso(given['since'])}才开始"
        case "qualified" if given.get("trial"):
            return "还没试讲"
        case "appointed" if given.get("elsewhere"):
            return "聘书不含本居村"
        case "capacity" if "capacity" in given:
            return f"场地只坐得下 {given['capacity']} 人"
        case "lead" if "from" in given:
            clock = f" {given['minute'] // 60}:{given['minute'] % 60:02d} " if given.get("minute") else ""
            return f"太早，{_iso(given['from'])}{clock}起才来得及安排"
        case "edition" if "until" in given:
            return f"本期只排到 {_iso(given['until'])}"
        case "radius" if reader is Reader.DISPATCHER and "km" in given:
            return f"离家 {given['km']} 公里，最远走 {given['limit']:g} 公里"
        case "travel" if "need" in given:
            return f"路程不够时间（要 {given['need']} 分钟，只有 {max(0, given['have'])} 分钟）"
    return SHORT[reason.code]


def _term_word(code: str) -> str:
    return {"appointed": "聘期", "qualified": "资格", "corps": "宣讲团成员身份"}[code]


def kept_words(reason: Reason, reader: Reader = Reader.OUTSIDE) -> str:
    """The same of a lecturer whom only the room keeps away: 能来但场地已有课."""
    words = reason_words(reason, reader)
    rule = RULE_OF.get(reason.code)
    return f"能来但{words}" if rule is not None and rule.resource == "venue" else words


def count_words(reasons: Iterable[Reason], reader: Reader = Reader.OUTSIDE) -> str:
    """2 位已有课，1 位请假: most frequent first, then the nearer to a yes."""
    listed = list(reasons)
    counts = Counter(kept_words(reason, reader) for reason in listed)
    rank = {kept_words(reason, reader): RANK.get(reason.code, 0) for reason in listed}
    return "，".join(
        f"{counts[words]} 位{words}" for words in sorted(counts, key=lambda one: (-counts[one], -rank[one], one))
    )


# --- a ranking ----------------------------------------------------------------------------------------------------


def fact_words(ranking: Ranking, place: int, names: Names) -> str:
    """讲师07 比第二名高 34 分，主要是少跑 18 公里。 (place 0: the first against the second)"""
    first, fact = ranking.candidates[0], ranking.facts[place]
    name, rank = names.lecturer(first.placement.lecturer), PLACE_WORDS[place]
    if fact.code == "start":
        return f"{name} 和第{rank}名同分，{_start_words(first, ranking.candidates[place + 1])}。"
    if fact.code == "tie":
        return f"{name} 和第{rank}名同分，按编号排在前。"
    return f"{name} 比第{rank}名高 {fact.gap} 分，主要是{_because(fact)}。"


def _start_words(first: Candidate, other: Candidate) -> str:
    return "时间更早，排在前" if first.placement.start < other.placement.start else "排在前"


def _because(fact: Fact) -> str:
    match fact.code:
        case "km":
            return f"少跑 {fact.amount} 公里"
        case "window":
            return "时间更合居村的意"
        case "lecturer":
            return "居村点名请的"
        case "balance":
            return f"本季少讲 {fact.amount // 2} 场"
    return next(one.label for one in PREFERENCES if one.code == fact.code)


def point_words(candidate: Candidate) -> tuple[tuple[str, str, int], ...]:
    """One row per preference: its label, what was measured, its points."""
    amounts = candidate.points.amounts
    measured = {
        "served": f"优先级 {amounts['served']}",
        "cover": "本季第一课" if amounts["cover"] else "本季已有课",
        "window": f"合意程度 {amounts['window']}",
        "lecturer": "居村点名请的" if amounts["lecturer"] else "没有点名",
        "km": f"多跑 {amounts['km']} 公里",
        "balance": f"本季已有 {amounts['balance'] // 2} 场",
    }
    return tuple((one.label, measured[one.code], candidate.points.of(one)) for one in PREFERENCES)


def signed(points: int) -> str:
    """+20, −8, 0: with the real minus sign."""
    return f"+{points:,}" if points > 0 else f"−{-points:,}" if points < 0 else "0"


def funnel_words(ranking: Ranking, reader: Reader = Reader.DISPATCHER) -> str:
    """其余 115 位不能来：没有资格讲这门课 103，已有课 8，请假 1。"""
    reasons = list(ranking.funnel.reasons.values())
    unqualified = ranking.funnel.lecturers.total - ranking.able - len(reasons)
    counts = Counter({SHORT["qualified"]: unqualified} if unqualified else {})
    counts.update(_plain(reason, reader) for reason in reasons)
    if not counts:
        return "所有讲师都能来。"
    listed = "，".join(
        f"{words} {count}" for words, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    return f"其余 {sum(counts.values())} 位不能来：{listed}。"


def _plain(reason: Reason, reader: Reader) -> str:
    """The reason without its figures, so that equal ones are counted together."""
    if reason.code == "travel" and reader is Reader.OUTSIDE:
        return SHORT["lecturer_busy"]
    return "聘期不合" if reason.code == "appointed" and reason.params else SHORT[reason.code]


def unmet_words(problem: Problem, order: Order, ranking: Ranking, reader: Reader = Reader.OUTSIDE) -> str:
    """3月28日（周六）上午排不上。能讲这门课的 4 位讲师，那天上午 2 位已有课，1 位请假，1 位聘期 3月20日到期。"""
    reasons = list(ranking.funnel.reasons.values())
    one = len(order.windows) == 1
    if not order.windows:
        return "还没有选时间。"
    when = half_words(problem, order.windows[0].start) if one else f"给出的 {len(order.windows)} 个时间都"
    then = "那天" + HALF_DAYS[half_day(order.windows[0].start)].label if one else "那些时间"
    if not reasons:
        return f"{when}排不上。目前没有讲师能讲这门课。"
    if ranking.missing is not None and ranking.missing.resource == "time":
        return f"{when}排不上：{reason_words(reasons[0], reader)}。"
    rooms = [reason for reason in reasons if ranking.missing is not None and reason.code == ranking.missing.code]
    if ranking.missing is not None and ranking.missing.resource == "venue" and len(rooms) == len(reasons):
        return f"{when}排不上。{len(reasons)} 位讲师能来，但{reason_words(rooms[0], reader)}。"
    return f"{when}排不上。能讲这门课的 {len(reasons)} 位讲师，{then} {count_words(reasons, reader)}。"


def missing_words(ranking: Ranking) -> str:
    """What is missing when too few ways out exist: 缺的是能讲这门课的讲师。"""
    if ranking.missing is None:
        return ""
    if not ranking.funnel.reasons:
        return "缺的是能讲这门课的讲师。"
    match ranking.missing.resource, ranking.missing.code:
        case "venue", "capacity":
            return "缺的是坐得下的场地。"
        case "venue", "equipment":
            return "缺的是有这些设备的场地。"
        case "venue", _:
            return "缺的是那时空着的场地。"
        case "lecturer", "appointed":
            return "缺的是聘期内的讲师。"
        case "lecturer", _:
            return "缺的是那时有空的讲师。"
    return "缺的是合适的时间。"


WAY_LABELS = {"time": "换时间", "venue": "换地方", "online": "改线上", "fewer": "减人数", "again": "再问一次"}


def way_words(problem: Problem, way: WayOut, names: Names) -> str:
    """3月31日（周二）下午 14:00–16:00，讲师06 能来。 (its heading is WAY_LABELS[way.kind])"""
    chosen = way.candidate.placement
    when, who = time_words(problem, chosen.start, chosen.end), names.lecturer(chosen.lecturer)
    match way.kind:
        case "time":
            return f"{when}，{who} 能来。"
        case "venue":
            return f"{when} 到{names.place(chosen)}，{who} 在那里能讲。"
        case "online":
            return f"{when}，{who} 能在线上讲。"
        case "fewer":
            return f"{when} 在{names.place(chosen)}，来 {way.change['attendees']} 人以内就坐得下，{who} 能讲。"
    return f"{when}，{who} 有空，可以再问一次。"


# --- the calendar of the order form -------------------------------------------------------------------------------


def presence_words(presence: Presence) -> str:
    """4 位能来 / 排满：6 位讲师都有课 / 没有讲师能来：3 位已有课，1 位请假"""
    if presence.count:
        return f"{presence.count} 位能来"
    if presence.closed is not None:
        return reason_words(presence.closed)
    if not presence.reasons:
        return "还没有讲师能讲这门课"
    counts: Counter[str] = Counter()
    for code, count in presence.reasons:
        counts[kept_words(Reason("lecturer_busy" if code == "travel" else code))] += count
    total = sum(counts.values())
    if counts == {SHORT["lecturer_busy"]: total}:
        return f"排满：{total} 位讲师都有课"
    listed = "，".join(
        f"{count} 位{words}" for words, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    return f"没有讲师能来：{listed}"
