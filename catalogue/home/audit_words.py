"""What the audit keeps as names of tables, columns and codes, in the words of the pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from catalogue.accounts.words import ROLE_WORDS
from catalogue.core import signs
from catalogue.core.audit import CITY
from catalogue.core.signs import COMMON, DEEDS
from catalogue.core.words import _, _l
from catalogue.dispatch import modes
from catalogue.dispatch.operations import DECLINES
from catalogue.orders import progress
from catalogue.organisations.settings import SETTINGS

SUBJECTS: dict[str, Any] = {
    "order": _l("点单"), "order_note": _l("点单备注"), "dispatch": _l("派单"), "dispatch_candidate": _l("派单人选"), "offer": _l("邀约"),
    "lesson": _l("上课"), "lesson_party": _l("到课人数"), "lesson_lecturer": _l("讲师席位"), "attendance": _l("签到"), "lecturer_report": _l("上课小结"),
    "move": _l("改期"), "rating": _l("评单"), "gap": _l("需求"), "course": _l("课程"), "course_version": _l("课程版本"), "edition": _l("菜单"),
    "edition_item": _l("菜单里的课"), "category": _l("分类"), "series": _l("系列"), "lecturer": _l("讲师"), "qualification": _l("能讲的课"),
    "appointment": _l("聘书"), "corps": _l("宣讲团"), "corps_member": _l("宣讲团成员"), "corps_ask": _l("请宣讲团定人"), "venue": _l("场地"), "venue_closure": _l("场地不开放"),
    "plaque": _l("授牌"), "organisation": _l("单位"), "alias": _l("别名"), "grouping": _l("分组"), "person": _l("人员"), "account": _l("账号"),
    "membership": _l("岗位"), "web_session": _l("登录"), "calendar_feed": _l("日历地址"), "token": _l("令牌"), "setting": _l("规则"), "calendar_day": _l("工作日"), "day": _l("日子"),
    "outbox": _l("待发"), "import": _l("导入"), "plan": _l("排课方案"), "audit": _l("审计记录"),
}  # fmt: skip
WHYS: dict[str, Any] = {
    "missing row": _l("中间少了记录"), "previous hash": _l("和前一条接不上"), "changed row": _l("这一条被改过"),
    "rows missing at the beginning": _l("开头少了记录"), "rows missing at the end": _l("末尾少了记录"), "rows beyond the head": _l("末尾多出记录"), "chain without a head": _l("没有链头"),
    "checkpoint signature": _l("签名存根不对"), "another row than its checkpoint": _l("和签名存根不符"),
}  # fmt: skip
STATES = {"course_version": "version"}  # a subject whose states stand under another name in core.signs
FIELDS: dict[str, Any] = {
    **signs.FIELDS,
    "corps_id": _l("宣讲团"), "left_on": _l("退团日"), "parent_id": _l("上级"), "post": _l("职务"), "in_post_since": _l("任现职日"), "summary": _l("简介"),
    "outline": _l("怎么上"), "form": _l("形式"), "size_min": _l("最少人数"), "size_max": _l("最多人数"), "onsite": _l("上门"), "venue": _l("到场地"),
    "online": _l("线上"), "online_too": _l("线上也可以"), "lecturers_needed": _l("讲师人数"), "category_id": _l("大类"), "subcategory_id": _l("小类"),
    "series_id": _l("系列"), "offer_mode": _l("怎么派讲师"), "orderable": _l("可单独点"), "restricted": _l("不公开"), "programme_only": _l("只在班次里开"), "source": _l("出处"),
    "tags": _l("标签"), "problems": _l("难题"), "offered_to": _l("面向"), "audiences": _l("适合谁"), "bio": _l("简介"), "kind": _l("种类"),
    "title_tier": _l("职称"), "title_name": _l("职称名称"), "named_in_public": _l("公开姓名"), "home_place": _l("出发地"), "shared": _l("可共用"),
    "address": _l("地址"), "floor": _l("楼层"), "lift": _l("电梯"), "parking": _l("停车"), "quota_reason": _l("超名额理由"), "assigned_to_id": _l("经办人"),
    "call_back_until": _l("等回电到"), "must_change": _l("须改密码"), "password": _l("密码"), "most": _l("场数上限"),
}  # fmt: skip
CODES: dict[str, Any] = {
    "edition_ended": _l("本季结束"), "present": _l("到了"), "absent": _l("没到"), "excused": _l("请假"), "committee": _l("居村"), "lecturer": _l("讲师"),
    "lecturer_missed": _l("讲师没有来"), "lecturer_lost": _l("讲师来不了"), "discarded": _l("派单作废"), "called_off": _l("停课"), "exhausted": _l("名单问完了"),
    "withdrawn": _l("撤回"), "redispatched": _l("改派"), "order_cancelled": _l("点单取消"), "newer_version": _l("有了新版本"), "on_behalf": _l("代为答复"),
    "rule_broken": _l("规则不让派"), "lecturer_taken": _l("讲师已有课"), "travel_too_short": _l("路上来不及"), **modes.CODES,
    "late": _l("临近停课"), "forgotten": _l("忘了密码"),
}  # fmt: skip
_DEEDS: dict[str, Any] = {
    "open_account": _l("开账号"), "sign_in": _l("登录"), "sign_out": _l("退出登录"), "add_word": _l("加一个词"), "give_role": _l("给岗位"), "grant": _l("给岗位"),
    "end_role": _l("停止岗位"), "join": _l("成员入团"), "lead": _l("设为团长"), "save": _l("保存草稿"), "windows": _l("选时间"), "note": _l("写备注"),
    "reveal_telephone": _l("看联系电话"), "reveal_phone": _l("看电话"), "assign": _l("指定经办"), "wait_for_call": _l("等回电"), "call": _l("等回电"),
    "new_link": _l("重发答复链接"), "answer_link": _l("取答复链接"), "move": _l("改期"), "choose": _l("选定新时间"), "drop_order": _l("去掉一张点单"),
    "redispatch": _l("改派"), "show_codes": _l("生成备用码"), "honour_premium": _l("评定精品课"), "honour_gold": _l("评定金课"), "send": _l("发出"),
    "set_setting": _l("改设置"), "purge": _l("清理过期记录"), "add_alias": _l("添加别名"), "remove_alias": _l("去掉别名"), "open_feed": _l("生成日历地址"), "end_feed": _l("停用日历地址"),
}  # fmt: skip
_BESIDE = {  # what is done to a part is named in the history of the whole
    "appointment": ("lecturer", "corps"), "qualification": ("lecturer",), "corps_member": ("corps",), "corps": ("corps", "lecturer"),
    "plaque": ("venue",), "venue_closure": ("venue",), "alias": ("organisation",), "setting": ("organisation",), "membership": ("person",),
    "account": ("person",), "course": ("version",), "course_version": ("version",), "edition_item": ("edition",), "order_note": ("order",),
    "dispatch_candidate": ("dispatch",), "day": ("calendar_day",),
}  # fmt: skip


def chain_word(chain: int, names: Mapping[int, str]) -> str:
    """Whose chain it is: the district's name, or the city's own."""
    return str(_("全市")) if chain == CITY else names.get(chain) or str(_("区 %(n)s", n=chain))


def broken_line(broken: Iterable[Mapping[str, Any]], names: Mapping[int, str] | None = None) -> str:
    """Where the chains are broken, in one line: 审计链断在：青浦区第 12 条（这一条被改过）. Empty when they are whole."""
    known = names or {}
    parts = [
        str(_("%(chain)s第 %(n)s 条（%(why)s）", chain=chain_word(row["district_id"], known), n=row["sequence"], why=WHYS[row["why"]]))
        for row in broken
    ]  # fmt: skip
    return str(_("审计链断在：%(where)s", where="；".join(parts))) if parts else ""


def deed_word(subject: str, action: str) -> str:
    """What was done; a name nobody has put into words yet is shown as it is."""
    for kind in (subject, *_BESIDE.get(subject, ())):
        if action in DEEDS.get(kind, {}):
            return str(DEEDS[kind][action])
    return str(_DEEDS.get(action) or COMMON.get(action) or action)


def code_word(code: str) -> str:
    """A reason, a role or whatever else the code of a row says."""
    roles = {role.value: word for role, word in ROLE_WORDS.items()}
    known = (CODES, progress.reasons(), DECLINES, roles, FIELDS)
    return str(
        next((words[code] for words in known if code in words), SETTINGS[code].label if code in SETTINGS else code)
    )


def fields_word(fields: str) -> str:
    """'need,expected' → 难处、人数."""
    said = dict.fromkeys(
        code_word(name) if name in SETTINGS else str(FIELDS.get(name, name)) for name in fields.split(",") if name
    )
    return "、".join(said)
