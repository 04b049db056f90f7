"""What kinds, sources and tiers of lecturers are called, and how an appointment stands."""

from datetime import date, timedelta

from catalogue.core.words import _l
from catalogue.lecturers.models import Appointment, CorpsRole, LecturerKind, Source, TitleTier
from catalogue.lecturers.queries import SOON, last_day

KINDS = {LecturerKind.FULL_TIME: _l("专职"), LecturerKind.SPECIAL: _l("特约")}
SOURCES = {Source.INTERNAL: _l("学院内部"), Source.EXTERNAL: _l("外部聘请")}
TIERS = {
    TitleTier.NONE: _l("没有职称"),
    TitleTier.INTERMEDIATE: _l("中级"),
    TitleTier.ASSOCIATE: _l("副高"),
    TitleTier.FULL: _l("正高"),
    TitleTier.ACADEMICIAN: _l("院士、全国知名专家"),
}
ROLES = {CorpsRole.LEADER: _l("团长"), CorpsRole.MEMBER: _l("成员")}


def stands(starts_on: date, last: date, today: date, *, revoked: bool = False) -> str:
    """The sign of a term on a day: future, in_force, ending, ended or revoked (see core.signs)."""
    if starts_on > today:
        return "future"
    if last < today:
        return "revoked" if revoked else "ended"
    return "ending" if last <= today + timedelta(days=SOON) else "in_force"


def stands_of(appointment: Appointment, today: date) -> str:
    """How one 聘书 stands."""
    last = last_day(appointment)
    return stands(appointment.starts_on, last, today, revoked=appointment.ended_on is not None)
