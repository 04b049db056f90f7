"""/manage/: what each role looks after, in one place, so that the top navigation stays short; and the operator's page."""

from typing import NamedTuple

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core.actor import Actor, Role
from catalogue.core.db import transaction
from catalogue.core.errors import NotVisible
from catalogue.core.web import actor, now, page, permit, roles, signed_in
from catalogue.core.words import _, _l
from catalogue.home import first_days, job_words, operations, queries

pages = Blueprint("manage", __name__)
operators = roles(Role.SYSTEM_ADMINISTRATOR)
DISTRICT, TOWN, DESK, SYSTEM = (
    Role.DISTRICT_ADMINISTRATOR,
    Role.TOWN_ADMINISTRATOR,
    Role.DISPATCHER,
    Role.SYSTEM_ADMINISTRATOR,
)


class Shelf(NamedTuple):
    """One thing that is looked after: for whom, where, and what is done there."""

    wanted: frozenset[Role]
    url: str
    icon: str
    label: str
    words: str


class Group(NamedTuple):
    title: str
    shelves: tuple[Shelf, ...]


def _for(*wanted: Role) -> frozenset[Role]:
    return frozenset(wanted)


GROUPS = (
    Group(_l("课程"), (
        Shelf(_for(DISTRICT), "/manage/courses/", "book", _l("课程"), _l("写课程、送审、上架、改版本")),
        Shelf(_for(DISTRICT), "/editions/", "list", _l("菜单"), _l("每季上哪些课、几号到几号点单和上课")),
    )),
    Group(_l("讲师和场地"), (
        Shelf(_for(DISTRICT, DESK, Role.CORPS_LEADER), "/lecturers/", "people", _l("讲师"), _l("聘期、能讲的课、每周时间")),
        Shelf(_for(DISTRICT, DESK, TOWN), "/venues/", "place", _l("场地"), _l("容量、设备、楼层停车、开放时间")),
    )),
    Group(_l("上课"), (
        Shelf(_for(DISTRICT), "/orders/", "list", _l("点单"), _l("全区的点单到哪一步了")),
        Shelf(_for(DISTRICT), "/dispatch/", "pin", _l("派单台"), _l("谁等派单，派给谁")),
        Shelf(_for(DISTRICT, DESK, TOWN), "/offers/", "phone", _l("代讲师答复"), _l("讲师没有手机时，问过以后代为接单或婉拒")),
        Shelf(_for(DISTRICT, DESK, Role.APPROVER), "/calendar/", "day", _l("一周安排"), _l("讲师和场地哪天哪半天有事")),
        Shelf(_for(DISTRICT, DESK), "/moves/", "day", _l("改期"), _l("谁要改时间，同一位讲师和场地行不行")),
        Shelf(_for(DISTRICT, DESK, TOWN, Role.APPROVER), "/lessons/", "day", _l("上课安排"), _l("清单、一周、一月")),
        Shelf(_for(DISTRICT, DESK, TOWN, Role.APPROVER), "/ratings/", "star", _l("评单"), _l("居村怎么说，平均分和份数")),
    )),
    Group(_l("人和单位"), (
        Shelf(_for(DISTRICT, TOWN, SYSTEM), "/organisations/", "people", _l("单位"), _l("改名、撤并、上级、电话")),
        Shelf(_for(DISTRICT, TOWN, SYSTEM), "/people/", "person", _l("人员和账号"), _l("开账号、换人、停用、重发一次性密码")),
    )),
    Group(_l("规则和运行"), (
        Shelf(_for(DISTRICT, SYSTEM), "/settings/", "sift", _l("规则"), _l("答复时限、提前天数、每季场数")),
        Shelf(_for(DISTRICT, SYSTEM), "/working-days/", "day", _l("工作日"), _l("调休和本区另定的日子")),
        Shelf(_for(DISTRICT, TOWN, SYSTEM), "/imports/", "save", _l("导入"), _l("从表格导入单位、人员、讲师、场地、课程")),
        Shelf(_for(SYSTEM), "/operations/", "warn", _l("运行"), _l("待发的消息、失败的重试、定时工作")),
        Shelf(_for(SYSTEM, Role.AUDITOR), "/audit/", "search", _l("审计"), _l("谁在什么时候做了什么，链条是否完整")),
    )),
)  # fmt: skip


def shelves_of(by: Actor) -> list[Group]:
    """The groups with what this actor looks after; empty groups left out."""
    own = [Group(g.title, tuple(s for s in g.shelves if not s.wanted.isdisjoint(by.roles))) for g in GROUPS]
    return [group for group in own if group.shelves]


@pages.get("/manage/")
@permit(signed_in)
def index() -> ResponseReturnValue:
    """What this person looks after; above it, until the first lesson stands, what there is still to do before it."""
    with transaction():
        return page("home/manage.html", groups=shelves_of(actor()), steps=first_days.steps_of(actor()))


@pages.get("/operations/")
@permit(operators)
def operations_page() -> ResponseReturnValue:
    """Does the machinery run: outbox, failures, periodic work."""
    with transaction():
        found = queries.failing(after=request.args.get("after", ""), before=request.args.get("before", ""))
        runs = queries.last_runs()
        return page(
            "home/operations.html", found=found, figures=queries.outbox_figures(now()), runs=runs, running=queries.running(runs, now()),
            words=job_words,
        )  # fmt: skip


@pages.post("/operations/<int:row_id>/retry")
@permit(operators)
def retry(row_id: int) -> ResponseReturnValue:
    """A failed row is tried again at once."""
    with transaction():
        row = queries.outbox_row(row_id)
        if row is None:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        operations.retry(row, by=actor(), at=now())
    flash(_("已排到最前面，马上再试一次。"), "done")
    return redirect("/operations/", 303)
