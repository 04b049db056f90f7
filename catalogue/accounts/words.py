"""What roles are called, and what each may do, in the words of the pages."""

from typing import Any

from catalogue.core.actor import Role
from catalogue.core.words import _l

ROLE_WORDS: dict[Role, Any] = {
    Role.ORDERER: _l("点单员"), Role.LECTURER: _l("讲师"), Role.CORPS_LEADER: _l("宣讲团团长"), Role.TOWN_ADMINISTRATOR: _l("街镇管理员"),
    Role.DISPATCHER: _l("派单员"), Role.APPROVER: _l("派单审批"), Role.DISTRICT_ADMINISTRATOR: _l("区管理员"), Role.AUDITOR: _l("审计员"),
    Role.CITY_VIEWER: _l("市级查看"), Role.SYSTEM_ADMINISTRATOR: _l("系统管理员"),
}  # fmt: skip
ROLE_HELP: dict[str, Any] = {
    "orderer": _l("居村工作人员：点单、看进度、签到、评单。"),
    "lecturer": _l("接单、看课表、填出勤。"),
    "corps_leader": _l("管本宣讲团的课和人。"),
    "town_administrator": _l("审本街镇的单子，管本街镇的居村和账号。"),
    "dispatcher": _l("排讲师、场地和时间。"),
    "approver": _l("批准别人拟的派单。"),
    "district_administrator": _l("管全区的菜单、讲师、场地、人员和设置。"),
    "auditor": _l("查审计记录，不改任何东西。"),
    "city_viewer": _l("看各区的统计，不看个人资料。"),
    "system_administrator": _l("管账号、设置和组织，不办业务。"),
}
