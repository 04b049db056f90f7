"""What the order form shows: the calendar of a month, the chosen times, limits in words, and what a press of a button means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from catalogue.calendar import working_days
from catalogue.calendar.working_days import Kind
from catalogue.core import wording
from catalogue.core.clock import HalfDay
from catalogue.core.words import _
from catalogue.courses.models import CourseVersion
from catalogue.orders import patterns, spoken
from catalogue.orders.forms import OrderForm
from catalogue.orders.models import Order, Place
from catalogue.orders.patterns import Expansion, Slot
from catalogue.orders.periods import Span
from catalogue.orders.rules import Terms
from catalogue.orders.spoken import Reading
from catalogue.venues.models import Venue


@dataclass(frozen=True)
class Asked:
    """What "who could come" depends on: a course for a committee at a place, for so many people, in a span of days (inclusive)."""

    course_id: int
    course_version_id: int
    committee_id: int
    order_id: int | None
    place: Place
    venue_id: int | None
    expected: int | None
    first: date
    last: date


Free = tuple[int, str]  # how many lecturers could come, and in words why not when none
Availability = Callable[[Asked], Mapping[Slot, Free]]


def rank_word(rank: int) -> str:
    """首选, 次选, 第 3 选."""
    return _("首选") if rank == 1 else _("次选") if rank == 2 else _("第 %(n)d 选", n=rank)


def month_of(form: OrderForm, pressed: str, chosen: Sequence[Slot], terms: Terms) -> date:
    """The month to show: the one pressed or shown before, else that of the first chosen time, else the first possible day's."""
    teach = terms.teach
    for said in (pressed, form.at_month.data or ""):
        try:
            month = date.fromisoformat(f"{said[:7]}-01")
        except ValueError:
            continue
        if teach is not None and teach[0].replace(day=1) <= month <= teach[1]:
            return month
    if chosen:
        return chosen[0][0].replace(day=1)
    earliest = terms.earliest(Place.OWN_ROOM)
    return (max(teach[0], earliest) if teach is not None else terms.today).replace(day=1)


def last_of(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_days(first: date, place: Place, terms: Terms, chosen: Sequence[Slot], free: Mapping[Slot, Free] | None) -> dict[date, dict[str, Any]]:  # fmt: skip
    """Every day of a month as the calendar shows it: why it is closed, how many lecturers could come, or its rank."""
    ranks: dict[date, int] = {}
    for rank, (day, _half) in enumerate(chosen, 1):
        ranks.setdefault(day, rank)
    shown, earliest = {}, terms.earliest(place)
    for i in range((last_of(first) - first).days + 1):
        day = first + timedelta(days=i)
        shown[day] = _one_day(day, earliest, terms, ranks.get(day), free)
    return shown


def _one_day(
    day: date, earliest: date, terms: Terms, rank: int | None, free: Mapping[Slot, Free] | None
) -> dict[str, Any]:  # fmt: skip
    if rank is not None:
        return {"tone": "on", "word": rank_word(rank) if rank < 3 else _("%(n)d 选", n=rank), "say": rank_word(rank)}
    teach = terms.teach
    if teach is None or not teach[0] <= day <= teach[1]:
        return {"tone": "off"}
    if day < earliest:
        return {"tone": "off", "word": _("太近")}
    known = working_days.kind_of(day, terms.overrides)
    if known.kind is Kind.HOLIDAY:
        return {"tone": "off", "word": known.name[:3]}
    if free is None:
        return {"tone": ""}
    most = max((free.get((day, h), (0, ""))[0] for h in HalfDay), default=0)
    if most == 0:
        return _nobody([free[day, h][1] for h in HalfDay if (day, h) in free])
    return {"tone": "", "word": _("%(n)d 位", n=most), "say": _("%(n)d 位讲师能来", n=most)}


def _nobody(whys: Sequence[str]) -> dict[str, Any]:
    """A day on which nobody can come: all are busy, nobody teaches then, or what else the rules say (a room that is too small)."""
    if any("有课" in why for why in whys):
        return {"tone": "off", "word": _("排满")}
    if not whys or any("不讲课" in why for why in whys):
        return {"tone": "off", "word": _("不开课"), "say": _("这天没有讲师上课")}
    return {"tone": "off", "word": _("排不了"), "say": whys[0]}


def half_boxes(day: date, chosen: Sequence[Slot], free: Mapping[Slot, Free] | None) -> list[dict[str, Any]]:
    """The half-days of one day as boxes, each with how many could come, or why nobody can."""
    boxes = []
    for half, word in ((HalfDay.MORNING, _("上午")), (HalfDay.AFTERNOON, _("下午")), (HalfDay.EVENING, _("晚上"))):
        on = (day, half) in chosen
        count, why = (None, "") if free is None else free.get((day, half), (0, _("没有讲师能来")))
        closed = why if count == 0 and not on else ""
        boxes.append(
            {
                "value": half.value, "label": _("%(half)s %(hours)s", half=word, hours=_hours(half)), "on": on, "closed": closed,
                "help": _("%(n)d 位讲师能来", n=count) if count else "",
            }
        )  # fmt: skip
    return boxes


def _hours(half: HalfDay) -> str:
    start, end = patterns.instants((date(2000, 1, 3), half))
    return f"{wording.clock_time(start)}–{wording.clock_time(end)}"


def helps_more(count: int, by_pattern: bool) -> str:
    """What one more time would do for the order, from measured districts (product.md): two to three times a tenth more."""
    if by_pattern and count > 3:
        return _("共 %(n)d 个时间，够宽了。", n=count)
    if count == 0:
        return _("点日历上的日子就行。按先后选，第一个排不上，就看下一个。")
    if count == 1:
        return _("只有一个时间容易排不上。再加一个，能来的讲师会多不少，建议选三个。")
    if count == 2:
        return _("再加一个时间，排上的机会大约多一成。")
    if count < patterns.MOST_SINGLE:
        return _("已经有 %(n)d 个时间了，还可以再加。", n=count)
    return _("已经选满 %(n)d 个了。还想更宽，请用一句话写。", n=count)


def limits(version: CourseVersion, room: Venue | None) -> str:
    """How many may come, in words: 本课 20–40 人；活动室坐得下 45 人。"""
    words = _("本课 %(people)s", people=wording.people(version.size_min, version.size_max))
    return words + (_("；%(room)s坐得下 %(n)d 人。", room=room.name, n=room.capacity) if room is not None else "。")


# ── times ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Times:
    """The times of a form while it is worked on: half-days best first, the words of the pattern, and what was just read."""

    slots: list[Slot]
    pattern: str = ""
    reading: Reading | None = None
    expansion: Expansion | None = None

    def windows(self) -> list[Any]:
        return [patterns.instants(s) for s in self.slots]


def times_of(order: Order | None) -> Times:
    if order is None:
        return Times([])
    return Times([patterns.slot_of(w.starts_at) for w in order.windows], order.pattern)


def pressed(times: Times, form: OrderForm, sent: Mapping[str, str], terms: Terms) -> None:
    """What a POST of the form does to its times, whichever button it was: the boxes of the open day first, then the button."""
    day = inside(form.day(), terms)
    if day is not None:
        _take_boxes(times, day, form.chosen_halves())
    if sent.get("drop", "").isdecimal():
        _drop(times, int(sent["drop"][:4]))
    elif sent.get("top", "").isdecimal():
        _to_top(times, int(sent["top"][:4]))
    elif "clear" in sent:
        times.slots, times.pattern = [], ""
    elif "read" in sent or "use" in sent or ("submit" in sent and not times.slots and _says_pattern(form)):
        _read(times, form, terms)
        if "read" not in sent and times.expansion is not None and times.expansion.slots:
            _use(times, form)


def inside(day: date | None, terms: Terms) -> date | None:
    """The day, when it is one of the edition's teaching days."""
    teach = terms.teach
    return day if day is not None and teach is not None and teach[0] <= day <= teach[1] else None


def _says_pattern(form: OrderForm) -> bool:
    return bool((form.pattern.data or "").strip()) or form.uses_boxes()


def _take_boxes(times: Times, day: date, halves: Sequence[HalfDay]) -> None:
    kept = [s for s in times.slots if s[0] != day or s[1] in halves]
    fresh = [(day, h) for h in halves if (day, h) not in kept]
    times.slots = [*fresh, *kept] if times.pattern else [*kept, *fresh]


def _drop(times: Times, rank: int) -> None:
    times.slots = [s for i, s in enumerate(times.slots, 1) if i != rank]
    if not times.slots:
        times.pattern = ""


def _to_top(times: Times, rank: int) -> None:
    if 1 <= rank <= len(times.slots):
        times.slots.insert(0, times.slots.pop(rank - 1))


def _read(times: Times, form: OrderForm, terms: Terms) -> None:
    """Reads the sentence, or the boxes when no sentence was written; what is wrong with it lands at its field."""
    teach = terms.teach
    if teach is None:
        return
    said = (form.pattern.data or "").strip()
    if said or not form.uses_boxes():
        times.reading = spoken.read(said, teach=teach, today=terms.today, overrides=terms.overrides)
    else:
        times.reading = _of_boxes(form, teach)
    if times.reading.pattern is None:
        form.pattern.errors = [*form.pattern.errors, times.reading.problem]
        return
    place = Place(form.place.data) if form.place.data in set(Place) else Place.OWN_ROOM
    times.expansion = patterns.expand(
        times.reading.pattern, teach=teach, not_before=terms.earliest(place), overrides=terms.overrides
    )
    if not times.expansion.slots:
        form.pattern.errors = [*form.pattern.errors, _("这样一天也没有：不是放假，就是离今天太近。请写宽一点。")]


def _of_boxes(form: OrderForm, teach: Span) -> Reading:
    first, last = form.span()
    span = (max(first or teach[0], teach[0]), min(last or teach[1], teach[1]))
    if span[0] > span[1]:
        return Reading(
            None, problem=_("这些日子不在本季上课时间里。本季上课时间是 %(days)s。", days=patterns.say_span(teach))
        )
    return Reading(patterns.Pattern(form.slots(), (span,), bool(form.holidays.data)))


def _use(times: Times, form: OrderForm) -> None:
    if times.reading is None or times.reading.pattern is None or times.expansion is None:
        return
    singles = [] if times.pattern else times.slots
    said = (form.pattern.data or "").strip() or patterns.say(times.reading.pattern)
    times.slots = list(dict.fromkeys([*singles, *times.expansion.slots]))[: patterns.MOST]
    times.pattern = said[:200]
