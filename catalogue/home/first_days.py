"""The first days of an installation, or of a district that joins: what is there already, what comes next, until a lesson stands."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from catalogue.accounts.models import Membership
from catalogue.core.actor import Actor, Level, Role
from catalogue.core.db import db
from catalogue.core.words import _l
from catalogue.courses.models import Course, Edition
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.models import Lesson
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation

SYSTEM, DISTRICT = Role.SYSTEM_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR


class Step(NamedTuple):
    """One thing to do: for which roles the link works, where, and what it is."""

    code: str
    whose: frozenset[Role]
    url: str
    label: Any
    words: Any


BOTH, OWN = frozenset({SYSTEM, DISTRICT}), frozenset({DISTRICT})
STEPS = (
    Step("district", frozenset({SYSTEM}), "/organisations/new?kind=district", _l("建区"), _l("上级选市；编号字母印在点单号最前面。")),
    Step("town", BOTH, "/organisations/new?kind=town", _l("建街镇"), _l("上级选区。街道、镇都在这里建；很多的话从表格导入。")),
    Step("committee", BOTH, "/organisations/new?kind=neighbourhood", _l("建居村"), _l("上级选街镇。点单的是居村。")),
    Step("administrator", frozenset({SYSTEM}), "/people/new", _l("给区管理员开账号"), _l("区里以后的事由区管理员办。")),
    Step("people", BOTH, "/people/new", _l("给区里、街镇和居村的人开账号"), _l("派单员、审批人、街镇管理员、居村点单人，各要一位。")),
    Step("lecturer", OWN, "/lecturers/new", _l("登记讲师"), _l("聘期、每周时间和能讲的课。由区管理员办。")),
    Step("course", OWN, "/manage/courses/new", _l("写课程，送审批人上架"), _l("由区管理员办。")),
    Step("edition", OWN, "/editions/", _l("排一季菜单，发布"), _l("几号到几号点单、几号到几号上课。由区管理员办。")),
    Step("order", frozenset(), "", _l("居村点第一张单"), _l("街镇审核，区里派单，讲师接单，课就定了。")),
)  # fmt: skip
NEEDED = (Role.DISPATCHER, Role.APPROVER, Role.TOWN_ADMINISTRATOR, Role.ORDERER)


def steps_of(by: Actor) -> list[tuple[Step, bool, bool]]:
    """(step, done, may this actor do it), in order; nothing for other roles, and nothing once there is a lesson."""
    if not by.has(SYSTEM, DISTRICT):
        return []
    districts = None if by.has(SYSTEM) else sorted({m.district_id for m in by.memberships if m.district_id is not None})
    found = db.session.execute(sa.select(*_facts(districts))).one()
    if found.lesson:
        return []
    return [(step, bool(getattr(found, step.code)), not step.whose.isdisjoint(by.roles)) for step in STEPS]


def _facts(districts: list[int] | None) -> list[sa.Label[bool]]:
    """What there is in these districts (None: anywhere), a column a step."""

    def there(model: Any, *conditions: Any) -> Any:
        query = sa.exists().where(*conditions)
        return query if districts is None else query.where(model.district_id.in_(districts))

    def level(wanted: Level) -> Any:
        return there(Organisation, Organisation.level == wanted, Organisation.ended_on.is_(None))

    def held(role: Role) -> Any:
        return there(Organisation, Membership.organisation_id == Organisation.id, Membership.role == role)

    facts = {
        "district": level(Level.DISTRICT), "town": level(Level.TOWN), "committee": level(Level.COMMITTEE), "administrator": held(DISTRICT),
        "people": sa.and_(*(held(role) for role in NEEDED)), "lecturer": there(Lecturer, Lecturer.id > 0),
        "course": there(Course, Course.on_menu), "edition": there(Edition, Edition.published_on.is_not(None)),
        "order": there(Order, Order.number.is_not(None)), "lesson": there(Lesson, Lesson.id > 0),
    }  # fmt: skip
    return [sa.cast(fact, sa.Boolean).label(name) for name, fact in facts.items()]
