"""Lessons as calendar programs read them (RFC 5545). Titles name the course and the place it is taught, never a person."""

from datetime import date, datetime, timedelta
from typing import Any

from catalogue.core import clock
from catalogue.core.wording import span_text
from catalogue.core.words import _
from catalogue.dispatch.models import Offer, TeachMode
from catalogue.dispatch.notices import place_words
from catalogue.lessons.feeds import Entries
from catalogue.lessons.models import Lesson
from catalogue.lessons.notice import place_of, way_in
from catalogue.lessons.states import State
from catalogue.organisations.called import name_on_day

ZONE = "Asia/Shanghai"
SINCE = date(2000, 1, 1)  # no summer time since then: one fixed offset
EVERY = timedelta(hours=1)


def calendar(entries: Entries, base_url: str) -> bytes:
    """The text of a calendar: one VTIMEZONE, one VEVENT per lesson (SEQUENCE grows with every change of the lesson) and open offer."""
    from icalendar import Calendar, Timezone  # noqa: PLC0415  (only feeds need it: the pages start without)

    made = Calendar()
    made.add("prodid", "-//Songxue//Lessons//ZH")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("送学上课安排"))
    made.add("x-wr-timezone", ZONE)
    made.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    made.add_component(Timezone.from_tzid(ZONE, first_date=SINCE))
    host = base_url.split("://", 1)[-1]
    for lesson in entries.lessons:
        made.add_component(_lesson(lesson, entries, base_url, host))
    for offer in entries.offers:
        made.add_component(_offer(offer, base_url, host))
    return bytes(made.to_ical())


def _event(uid: str, starts_at: datetime, ends_at: datetime, changed: datetime, sequence: int, status: str) -> Any:
    from icalendar import Event  # noqa: PLC0415  (as above)

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", sequence)
    event.add("dtstart", clock.local(starts_at))
    event.add("dtend", clock.local(ends_at))
    event.add("status", status)
    return event


def _lesson(lesson: Lesson, entries: Entries, base_url: str, host: str) -> Any:
    off = lesson.state is State.CALLED_OFF
    url = f"{base_url}/lessons/{lesson.number}"
    event = _event(
        f"lesson-{lesson.id}@{host}", lesson.starts_at, lesson.ends_at, entries.changed.get(lesson.id, lesson.starts_at), lesson.version - 1,
        "CANCELLED" if off else "CONFIRMED",
    )  # fmt: skip
    title = lesson.course_version.title
    if entries.with_committee:
        title = _(
            "%(title)s · %(committee)s", title=title, committee=name_on_day(lesson.organisation, lesson.starts_at)
        )
    event.add("summary", _("已停课：%(title)s", title=title) if off else title)
    event.add("location", _where(lesson))
    lines = [_("%(word)s：%(value)s", word=word, value=value) for word, value in way_in(lesson)]
    if lesson.teach_mode is TeachMode.ONLINE:
        lines.append(_("线上上课，链接在课次页上。"))
    event.add("description", "\n".join([*lines, _("课号 %(n)s", n=lesson.number), url]))
    event.add("url", url)
    event.add("transp", "TRANSPARENT" if off else "OPAQUE")
    return event


def _where(lesson: Lesson) -> str:
    address = lesson.venue.address if lesson.venue is not None else ""
    return _("%(place)s（%(address)s）", place=place_of(lesson), address=address) if address else place_of(lesson)


def _offer(offer: Offer, base_url: str, host: str) -> Any:
    event = _event(
        f"offer-{offer.id}@{host}", offer.starts_at, offer.ends_at, offer.made_at, offer.version - 1, "TENTATIVE"
    )
    event.add("summary", _("等您答复：%(title)s", title=offer.dispatch.course_version.title))
    event.add("location", place_words(offer.venue, offer.teach_mode))
    url = f"{base_url}/offers/{offer.id}"
    asked = _(
        "%(when)s，请在 %(until)s 前答复。",
        when=span_text(offer.starts_at, offer.ends_at),
        until=_moment(offer.answer_by),
    )
    event.add("description", f"{asked}\n{url}")
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    return event


def _moment(at: datetime) -> str:
    here = clock.local(at)
    return f"{here.month}月{here.day}日 {here:%H:%M}"
