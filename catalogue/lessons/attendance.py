"""签到: who was there, by name or by number, on the spot and online. A correction is a new row with a reason."""

from datetime import datetime

from catalogue.accounts.models import Person
from catalogue.core import changes, clock
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Invalid, Stale
from catalogue.core.text import initials, sort_key
from catalogue.core.words import _
from catalogue.lessons import operations, policy, queries
from catalogue.lessons.errors import NotYours, TooEarly
from catalogue.lessons.models import Attendance, AttendanceState, Lesson, LessonParty
from catalogue.lessons.states import State
from catalogue.organisations.queries import setting

ON_THE_SPOT = "现场改正"
MOST = 5000


def count(
    lesson: Lesson, party: LessonParty, *, here: int, online: int, by: Actor, at: datetime, reason: str = "", version: int | None = None,
    seen: str | None = None,
) -> None:  # fmt: skip
    """How many came without being on the roster, on the spot and online. After delivery a change needs a reason.

    seen: what the page showed (`shown`). Raises Stale when somebody counted otherwise since.
    """
    check_may_account(lesson, party, by=by, at=at, version=version)
    for name, number in (("here", here), ("online", online)):
        if not 0 <= number <= MOST:
            raise Invalid(_("请填 0 到 %(most)s 之间的人数。", most=MOST), field=name)
    if (party.head_count, party.online_count) == (here, online) and party.counted_at is not None:
        return
    if seen is not None and seen != shown(party):
        words = _(
            "刚刚有人把人数记成现场 %(here)s 人、线上 %(online)s 人。请核对，没有保存您的数。",
            here=party.head_count,
            online=party.online_count,
        )
        raise Stale(words)  # fmt: skip
    if lesson.state is State.DELIVERED and not reason.strip():
        raise Invalid(_("这场课已经记为上完，改人数请写明原因。"), field="reason")
    changed = {"head_count": [party.head_count, here], "online_count": [party.online_count, online]}
    party.head_count, party.online_count, party.counted_at = here, online, at
    db.session.flush()
    changes.note(
        lesson, "count", by=by, at=at, subject="lesson_party", subject_id=party.id, changed=changed, words=reason
    )


def shown(party: LessonParty) -> str:
    """A party's count as its page shows it; empty before anybody counted."""
    return "" if party.counted_at is None else f"{party.head_count}+{party.online_count}"


def mark(
    lesson: Lesson, party: LessonParty, person: Person, presence: AttendanceState, *, by: Actor, at: datetime, online: bool = False,
    reason: str = "", seen: str | None = None,
) -> Attendance:  # fmt: skip
    """One person's attendance. Saying it again changes nothing; saying otherwise is a new row that replaces the old one, with a reason.

    seen: the presence that the page showed, empty for none. Raises Stale when somebody said otherwise since.
    """
    check_may_account(lesson, party, by=by, at=at)
    old = next((row for row in queries.roster(lesson.id) if row.person_id == person.id), None)
    if old is not None and (old.presence, old.online, old.party_id) == (presence, online, party.id):
        return old
    if seen is not None and seen != ("" if old is None else old.presence.value):
        raise Stale(_("%(name)s刚刚已由别人点过名。请回到签到页，看过再改。", name=person.name))
    if lesson.state is State.DELIVERED and not reason.strip():
        raise Invalid(_("这场课已经记为上完，更正签到请写明原因。"), field="reason")
    if old is not None:
        old.replaced_at = at
        db.session.flush()
    row = Attendance(
        lesson_id=lesson.id, party_id=party.id, person_id=person.id, presence=presence, online=online, made_at=at, made_by_id=by.person_id,
        replaces_id=old.id if old is not None else None, reason=(reason or ON_THE_SPOT) if old is not None else reason,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    changes.note(
        lesson, "mark", by=by, at=at, subject="attendance", subject_id=row.id, code=presence.value, words=reason
    )
    return row


def add_person(lesson: Lesson, party: LessonParty, name: str, *, by: Actor, at: datetime, reason: str = "") -> Attendance:  # fmt: skip
    """Somebody of the party's committee who is there and not in the address book: a person by name alone, marked present.

    A name the committee already knows is that person, so writing it twice makes no twin.
    """
    check_may_account(lesson, party, by=by, at=at)
    name = name.strip()
    if not 1 <= len(name) <= 40:
        raise Invalid(_("请写姓名，最多 40 个字。"), field="name")
    person = queries.person_called(party.organisation_id, name)
    if person is None:
        committee = party.organisation
        person = Person(
            organisation_id=committee.id, district_id=committee.district_id, town_id=committee.town_id, name=name,
            sort_key=sort_key(name, person=True), initials=initials(name), phone="",
        )  # fmt: skip
        changes.begin(person, by=by, at=at)
    return mark(lesson, party, person, AttendanceState.PRESENT, by=by, at=at, reason=reason)


def check_may_account(
    lesson: Lesson, party: LessonParty | None, *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Raises NotYours for a stranger or for another committee's people, TooEarly before check-in opens, IllegalAction when it was not held.

    A version: also Stale when the lesson was moved, ended or delivered since the page or answer it was made from.
    """
    if not policy.may_count(by, lesson) or (party is not None and not policy.may_count_party(by, lesson, party)):
        raise NotYours(_("签到由上课的居村、讲师、街镇或派单员登记。"))
    operations.locked(lesson, *([party] if party is not None else []))
    if lesson.state not in (State.SCHEDULED, State.DELIVERED):
        raise IllegalAction(_("这场课没有上，不能登记签到。"), code="lesson_not_held")
    if version is not None:
        changes.check_version(lesson, version)
    opens = setting("check_in_minutes", lesson.organisation_id, clock.day_of(at))
    if (lesson.starts_at - at).total_seconds() > opens * 60:
        raise TooEarly(_("还没到签到时间，开课前 %(minutes)s 分钟开放。", minutes=opens))
