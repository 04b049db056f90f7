"""The answers in plain Chinese, for the dispatcher (who may read why somebody is not free)."""

from catalogue.matching.explain import (
    WAY_LABELS,
    Names,
    Reader,
    missing_words,
    point_words,
    signed,
    time_words,
    unmet_words,
    way_words,
)
from catalogue.matching.points import PREFERENCES
from catalogue.matching.problem import Problem
from catalogue.matching.questions.shortage import Shortage
from catalogue.matching.questions.what_if import Difference
from catalogue.matching.questions.why import Served, Unserved
from catalogue.matching.terms import HALF_DAYS

MOST_NAMED = 5
LACKS = {"lecturer": "缺讲师", "room": "缺场地", "time": "缺合适的时间"}


def served_words(problem: Problem, served: Served, names: Names) -> list[str]:
    """讲师07，3月12日（周四）下午 14:00–16:00，居村现场。 … one sentence each: who, where and when; points; the next best."""
    first, order = served.lessons[0], problem.order_of[served.order]
    team = "、".join(names.lecturer(one.lecturer) for one in served.lessons)
    when = time_words(problem, first.start, first.start + order.minutes)
    place = (
        "线上"
        if first.mode == "online"
        else "居村现场"
        if first.venue is None
        else names.venues.get(first.venue, first.venue)
    )
    said = [f"{team}，{when}，{place}。", f"{len(served.rules)} 条规则全部符合。"]
    parts = [
        f"{label} {signed(points)}（{measured}）" for label, measured, points in point_words(served.chosen) if points
    ]
    said.append(f"合计 {served.chosen.total:,} 分：{'，'.join(parts)}。")
    if not served.runners_up or served.fact is None:
        said.append("除此之外没有别的讲师能来。")
        return said
    other = names.lecturer(served.runners_up[0].placement.lecturer)
    said.append(f"其余能来的讲师里最好的是 {other}，{_against(served)}。")
    return said


def _against(served: Served) -> str:
    fact = served.fact
    if fact is None or fact.gap == 0:
        return "同分，按时间和编号排在后面"
    label = next((one.label for one in PREFERENCES if one.code == fact.code), "")
    if fact.gap < 0:
        return f"单看这一份高 {-fact.gap} 分，但整个方案里他另有更要紧的课"
    return f"低 {fact.gap} 分，主要差在{label}"


def unserved_words(problem: Problem, unserved: Unserved, names: Names) -> list[str]:
    """Why not, what serving it would cost, and the verified ways out; one sentence each."""
    order = problem.order_of[unserved.order]
    said: list[str] = []
    match unserved.stage:
        case "impossible":
            said += [unmet_words(problem, order, unserved.ranking, Reader.DISPATCHER), missing_words(unserved.ranking)]
        case "unprofitable":
            said.append(f"排得下，但得不偿失：路程等扣的分比它带来的多 {unserved.cost:,} 分。")
        case "busy":
            said.append(_busy(unserved))
    for way in unserved.ranking.ways:
        said.append(f"{WAY_LABELS[way.kind]}：{way_words(problem, way, names)}")
    return [one for one in said if one]


def _busy(unserved: Unserved) -> str:
    if unserved.cost is None:
        return "能讲的讲师那些时间都已有定下的课。"
    named = "、".join(f"{name}（{worth:,} 分）" for name, worth in unserved.rivals[:MOST_NAMED])
    more = f" 等 {len(unserved.rivals)} 份" if len(unserved.rivals) > MOST_NAMED else ""
    cost = f"整个方案会少 {unserved.cost:,} 分" if unserved.cost > 0 else "整个方案的分差不多"
    return f"能讲的讲师都排给了更要紧的点单。要排上它，至少让出 {named}{more}，{cost}。"


def shortage_words(one: Shortage, course: str = "", area: str = "") -> str:
    """停车难（练塘镇）：5 份点单没有排上，缺讲师。再有一位能讲这门课的讲师，可多排 3 份。下午要的最多。"""
    where = f"（{area or one.area}）" if area or one.area else ""
    said = f"{course or one.course}{where}：{len(one.orders)} 份点单没有排上，{LACKS[one.lack]}。"
    if one.lack == "lecturer" and one.one_more:
        said += f"再有一位能讲这门课的讲师，可多排 {one.one_more} 份。"
    elif one.lack == "room" and one.one_more:
        said += f"再有一处合适的场地，可多排 {one.one_more} 份。"
    if one.halves:
        most = max(one.halves, key=lambda part: one.halves[part])
        said += f"{HALF_DAYS[most].label}要的最多。"
    return said


def difference_words(one: Difference) -> str:
    """多排 3 份，少排 1 份；12 份换了讲师、场地或时间，688 份不变。得分 +2,300。"""
    parts = [f"多排 {len(one.gained)} 份"] if one.gained else []
    parts += [f"少排 {len(one.lost)} 份"] if one.lost else []
    served = "，".join(parts) or "排上的点单一样多"
    return f"{served}；{len(one.moved)} 份换了讲师、场地或时间，{one.kept} 份不变。得分 {signed(round(one.score))}。"
