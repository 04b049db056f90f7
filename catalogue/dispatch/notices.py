"""Ready Chinese words about an offer, for a chat group or a telephone: what, when, where, until when. No telephone numbers."""

from catalogue.core import wording
from catalogue.core.words import _
from catalogue.dispatch.models import DispatchCandidate, Offer, TeachMode
from catalogue.dispatch.states import Mode
from catalogue.orders.models import Order
from catalogue.organisations.called import name_on_day
from catalogue.venues.models import Venue


def place_words(venue: Venue | None, teach_mode: TeachMode, host: Order | None = None) -> str:
    """The room's name, 居村现场 or 线上."""
    if teach_mode is TeachMode.ONLINE:
        return _("线上")
    if venue is not None:
        return venue.name
    return _("%(name)s现场", name=name_on_day(host.organisation, None)) if host is not None else _("居村现场")


def way_in(venue: Venue | None) -> str:
    """怎么走: address, floor, lift, parking, the way in, in one line."""
    if venue is None:
        return ""
    said = [venue.address, venue.floor, _("有电梯") if venue.lift else "", venue.way_in]
    parking = _("停车：%(where)s", where=venue.parking) if venue.parking else ""
    return "，".join(part.strip("，。 ") for part in (*said, parking) if part)


def offer_notice(offer: Offer, link: str = "") -> str:
    """What a dispatcher sends to a lecturer."""
    orders = [served.order for served in offer.dispatch.orders if served.live]
    host = orders[0] if orders else None
    people = sum(o.expected or 0 for o in orders)
    if offer.dispatch.mode is Mode.CLAIM:
        what = _(
            "%(name)s您好：有一场《%(title)s》，%(when)s，%(where)s，%(people)d 人，谁先接就是谁，%(until)s 前都可以接。",
            name=offer.lecturer.display_name, title=offer.dispatch.course_version.title, when=wording.span_text(offer.starts_at, offer.ends_at),
            where=place_words(offer.venue, offer.teach_mode, host), people=people, until=wording.moment_text(offer.answer_by),
        )  # fmt: skip
        return _("%(what)s点这里看、这里接：%(link)s", what=what, link=link) if link else what
    what = _(
        "%(name)s您好：想请您讲《%(title)s》，%(when)s，%(where)s，%(people)d 人。请在 %(until)s 前答复。",
        name=offer.lecturer.display_name, title=offer.dispatch.course_version.title, when=wording.span_text(offer.starts_at, offer.ends_at),
        where=place_words(offer.venue, offer.teach_mode, host), people=people,
        until=wording.moment_text(offer.answer_by),
    )  # fmt: skip
    return _("%(what)s点这里看、这里答：%(link)s", what=what, link=link) if link else what


def candidate_line(candidate: DispatchCandidate) -> str:
    """3月12日（周四）下午 14:00–16:00，青平社区活动室"""
    when = wording.span_text(candidate.starts_at, candidate.ends_at)
    return _("%(when)s，%(where)s", when=when, where=place_words(candidate.venue, candidate.teach_mode))
