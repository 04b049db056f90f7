"""The ready words of a lesson, to copy into a chat group: when, where, how to get in, who teaches. Never a telephone number."""

from catalogue.core.wording import listed, span_text
from catalogue.core.words import _
from catalogue.dispatch.models import TeachMode
from catalogue.lessons.models import Lesson
from catalogue.lessons.states import State
from catalogue.organisations.called import name_on_day


def place_of(lesson: Lesson) -> str:
    """Where it is taught, in words."""
    if lesson.teach_mode is TeachMode.ONLINE:
        return _("线上")
    return (
        lesson.venue.name
        if lesson.venue is not None
        else _("%(committee)s（居村自备场地）", committee=name_on_day(lesson.organisation, lesson.starts_at))
    )


def way_in(lesson: Lesson) -> list[tuple[str, str]]:
    """How to get in, as (word, value) pairs: address, floor and lift, parking, entrance. Empty values stay out."""
    venue = lesson.venue
    if venue is None:
        return []
    floor = venue.floor
    if floor:
        floor = _("%(floor)s，有电梯", floor=floor) if venue.lift else _("%(floor)s，没有电梯", floor=floor)
    pairs = [(_("地址"), venue.address), (_("楼层"), floor), (_("停车"), venue.parking), (_("怎么进"), venue.way_in)]
    return [(word, value) for word, value in pairs if value]


def lecturers_of(lesson: Lesson) -> str:
    return listed(seat.lecturer.display_name for seat in lesson.lecturers if seat.left_at is None)


def text_of(lesson: Lesson) -> str:
    """The notice for residents or the lecturer's group; a lesson that was called off says so."""
    head = {State.CALLED_OFF: _("【停课通知】"), State.MISSED: _("【没有上成】")}.get(lesson.state, _("【上课通知】"))
    lines = [
        head + _("《%(title)s》", title=lesson.course_version.title),
        _("时间：%(when)s", when=span_text(lesson.starts_at, lesson.ends_at)),
        _("地点：%(where)s", where=place_of(lesson)),
    ]
    if lesson.state is State.SCHEDULED:
        lines += [_("%(word)s：%(value)s", word=word, value=value) for word, value in way_in(lesson)]
        if lesson.teach_mode is TeachMode.ONLINE and lesson.online_link:
            lines.append(_("链接：%(link)s", link=lesson.online_link))
        lines.append(_("讲师：%(who)s", who=lecturers_of(lesson)))
        lines.append(
            _("请提前 10 分钟到场。") if lesson.teach_mode is not TeachMode.ONLINE else _("请提前 5 分钟进入。")
        )
    return "\n".join(lines)
