"""The word, icon and colour of every state: one place, for pages (macro chip), notices and files.

A sign says whose turn it is. `mine` is the wording for the very person who must act. Kinds and values are those of the
state tables of the features; a state that is not listed is shown as it is, neutral, rather than failing a page.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from catalogue.core.words import _l


@dataclass(frozen=True)
class Sign:
    """How a state is shown: word (2 to 6 characters), icon of the sprite, tone ('' is neutral), word for whoever must act."""

    word: Any
    icon: str
    tone: str = ""
    mine: Any = None


SIGNS: dict[str, dict[str, Sign]] = {
    "order": {
        "draft": Sign(_l("草稿"), "save", mine=_l("等您提交")),
        "submitted": Sign(_l("等街镇审核"), "clock", "wait", _l("等您审核")),
        "returned": Sign(_l("退回修改"), "back", "stop", _l("等您修改")),
        "rejected": Sign(_l("没有通过"), "cross", "stop"),
        "approved": Sign(_l("等区里派单"), "clock", "wait", _l("等您派单")),
        "planned": Sign(_l("正在派单"), "arrow", "go"),
        "scheduled": Sign(_l("已定课"), "day", "go"),
        "delivered": Sign(_l("等居村评单"), "star", "wait", _l("等您评单")),
        "closed": Sign(_l("已办完"), "check", "done"),
        "cancelled": Sign(_l("已取消"), "cross"),
        "unmet": Sign(_l("没排上"), "cross", "stop"),
        "missed": Sign(_l("没上成"), "cross", "stop"),
    },
    "origin": {
        "committee": Sign(_l("居村自己点"), "list"),
        "on_behalf": Sign(_l("街镇代点"), "person"),
        "push": Sign(_l("区里配送"), "arrow"),
        "programme": Sign(_l("班次"), "people"),
        "tour": Sign(_l("路线"), "place"),
        "waiting_list": Sign(_l("候补"), "clock"),
    },
    "dispatch": {
        "proposed": Sign(_l("等批准"), "clock", "wait", _l("等您批准")),
        "approved": Sign(_l("等讲师答复"), "clock", "wait"),
        "settled": Sign(_l("已有讲师"), "check", "done"),
        "ended": Sign(_l("没派成"), "cross", "stop"),
        "discarded": Sign(_l("已作废"), "cross"),
    },
    "offer": {
        "open": Sign(_l("等讲师答复"), "clock", "wait", _l("等您答复")),
        "accepted": Sign(_l("已接单"), "check", "done"),
        "declined": Sign(_l("已婉拒"), "cross", "stop"),
        "expired": Sign(_l("到时没答复"), "clock", "stop"),
        "withdrawn": Sign(_l("已撤回"), "back"),
        "taken": Sign(_l("别人先接了"), "people"),
    },
    "corps_ask": {
        "open": Sign(_l("等宣讲团定人"), "clock", "wait", _l("等您定人")),
        "named": Sign(_l("已定人"), "check", "done"),
        "silent": Sign(_l("宣讲团没定人"), "clock", "stop"),
        "ended": Sign(_l("不用定了"), "cross"),
    },
    "lesson": {
        "scheduled": Sign(_l("已定课"), "day", "go"),
        "delivered": Sign(_l("已上课"), "check", "done"),
        "called_off": Sign(_l("停课"), "cross", "stop"),
        "missed": Sign(_l("没上成"), "cross", "stop"),
    },
    "rating": {
        "open": Sign(_l("等居村评单"), "star", "wait", _l("等您评单")),
        "given": Sign(_l("已评单"), "check", "done"),
        "lapsed": Sign(_l("没有评单"), "clock"),
    },
    "version": {
        "draft": Sign(_l("草稿"), "save", mine=_l("等您提交")),
        "in_review": Sign(_l("等审批"), "clock", "wait", _l("等您审批")),
        "published": Sign(_l("已上架"), "check", "done"),
        "withdrawn": Sign(_l("已下架"), "cross"),
    },
    "move": {
        "open": Sign(_l("等派单员改期"), "clock", "wait", _l("等您改期")),
        "moved": Sign(_l("已改期"), "check", "done"),
        "refused": Sign(_l("没改成"), "cross", "stop"),
        "withdrawn": Sign(_l("已撤回"), "back"),
    },
    "import": {
        "waiting": Sign(_l("等着检查"), "clock", "go"),
        "checking": Sign(_l("正在检查"), "clock", "go"),
        "ready": Sign(_l("等您确认"), "clock", "wait", _l("等您确认")),
        "unchanged": Sign(_l("没有要改的"), "check", "done"),
        "refused": Sign(_l("有错没导入"), "cross", "stop"),
        "confirmed": Sign(_l("等着写入"), "clock", "go"),
        "writing": Sign(_l("正在写入"), "clock", "go"),
        "done": Sign(_l("已导入"), "check", "done"),
        "cancelled": Sign(_l("已取消"), "cross"),
        "failed": Sign(_l("没办成"), "cross", "stop"),
    },
    "gap": {
        "open": Sign(_l("还没有课"), "clock", "wait"),
        "filled": Sign(_l("已有课"), "check", "done"),
        "declined": Sign(_l("暂不开课"), "cross"),
    },
    "edition": {
        "draft": Sign(_l("草稿"), "save"),
        "open": Sign(_l("可以点单"), "check", "done"),
        "published": Sign(_l("已发布"), "check", "done"),
        "closed": Sign(_l("已截止"), "clock"),
    },
    "account": {
        "none": Sign(_l("没有账号"), "person"),
        "active": Sign(_l("在用"), "check", "done"),
        "waiting": Sign(_l("等首次登录"), "clock", "wait"),
        "left": Sign(_l("已离岗"), "cross"),
        "locked": Sign(_l("已锁定"), "warn", "stop"),
        "disabled": Sign(_l("已停用"), "cross"),
    },
    "appointment": {
        "future": Sign(_l("还没开始"), "clock"),
        "in_force": Sign(_l("在聘"), "check", "done"),
        "ending": Sign(_l("快到期"), "warn", "wait"),
        "ended": Sign(_l("已到期"), "cross"),
        "revoked": Sign(_l("已解聘"), "cross", "stop"),
    },
}


def sign(kind: str, state: Any) -> Sign:
    """How this state of an order, dispatch, offer, lesson, rating or version is shown; state may be the enum or its value."""
    value = str(state.value if isinstance(state, Enum) else state)
    return SIGNS.get(kind, {}).get(value) or Sign(value, "list")


def state_word(kind: str, state: Any, mine: bool = False) -> str:
    """The word alone, for notices and files."""
    found = sign(kind, state)
    return str(found.mine if mine and found.mine else found.word)


# What was done, for histories: action of the state table → past words; the kind's own words win over the common ones.
COMMON: dict[str, Any] = {
    "create": _l("新建"),
    "edit": _l("修改"),
    "submit": _l("提交"),
    "return": _l("退回修改"),
    "reject": _l("没有通过"),
    "approve": _l("批准"),
    "publish": _l("上架"),
    "withdraw": _l("撤回"),
    "cancel": _l("取消"),
    "close": _l("办完"),
    "lapse": _l("到期"),
    "deliver": _l("上完课"),
    "miss": _l("没上成"),
    "call_off": _l("停课"),
    "end": _l("结束"),
    "save": _l("改了内容"),
    "windows": _l("改了时间"),
    "note": _l("写了内部备注"),
    "assign": _l("定了谁来办"),
    "wait_for_call": _l("等回电"),
    "drop_order": _l("去掉一份点单"),
    "pass_over": _l("跳过一位讲师"),
    "new_link": _l("取答复链接"),
    "reveal_telephone": _l("看电话"),
    "sign_in": _l("登录"),
    "sign_out": _l("退出登录"),
    "sign_in_failed": _l("登录没有成"),
    "lock": _l("连续输错，暂停登录"),
    "add_word": _l("新增一项"),
    "rename_word": _l("改名"),
    "end_word": _l("停用一项"),
    "restore_word": _l("恢复一项"),
    "give_role": _l("给岗位"),
    "end_corps": _l("宣讲团结束"),
    "honour_premium": _l("评定精品课"),
    "honour_gold": _l("评定金课"),
    "mark": _l("点名"),
    "count": _l("登记人数"),
}
DEEDS: dict[str, dict[str, Any]] = {
    "order": {
        "create": _l("开始点单"),
        "submit": _l("提交点单"),
        "approve": _l("审核通过"),
        "plan": _l("拟派讲师"),
        "unplan": _l("重新等派单"),
        "move": _l("改期"),
        "approve_dispatch": _l("派单获批，已邀请讲师"),
        "schedule": _l("讲师接单，定课"),
        "unschedule": _l("重新等派单"),
        "lapse": _l("本季没排上"),
    },
    "dispatch": {
        "create": _l("拟派"),
        "discard": _l("作废"),
        "settle": _l("讲师接单，派成"),
        "end": _l("没有派成"),
    },
    "offer": {
        "create": _l("发出邀约"),
        "accept": _l("接单"),
        "decline": _l("婉拒"),
        "expire": _l("到时没有答复"),
        "lose": _l("别人先接了"),
    },
    "corps_ask": {
        "create": _l("请宣讲团定人"),
        "name": _l("定了人"),
        "lapse": _l("到时没定人"),
        "end": _l("不用定了"),
    },
    "lesson": {
        "create": _l("定课"),
        "schedule": _l("定课"),
        "move": _l("改期"),
        "ask_move": _l("提出改期"),
        "withdraw_move": _l("撤回改期"),
        "refuse_move": _l("改期没改成"),
        "confirm": _l("确认新时间"),
        "decline_move": _l("新时间来不了"),
        "set_online_link": _l("填写线上链接"),
        "leave": _l("有一家退出拼课"),
        "report": _l("写上课小结"),
        "reveal": _l("看电话"),
        "answer_link": _l("取答复链接"),
        "note_call_off": _l("写停课原因"),
        "note_missed": _l("写没上成的原因"),
        "note_lecturer_lost": _l("写讲师来不了的原因"),
    },
    "lesson_party": {"count": _l("登记人数")},
    "attendance": {"mark": _l("点名")},
    "lesson_lecturer": {
        "confirm": _l("确认新时间"),
        "decline_move": _l("新时间来不了"),
        "answer_link": _l("取答复链接"),
    },
    "lecturer_report": {"report": _l("写上课小结")},
    "outbox": {"retry": _l("再试一次")},
    "rating": {
        "create": _l("可以评单"),
        "open": _l("可以评单"),
        "fill_in": _l("填写评单"),
        "give": _l("评单"),
        "lapse": _l("没有评单"),
    },
    "course": {
        "create": _l("新建课程"),
        "edit": _l("改分类和难题"),
        "honour_premium": _l("评定精品课"),
        "honour_gold": _l("评定金课"),
    },
    "version": {
        "create": _l("起草新版本"),
        "withdraw": _l("下架"),
        "return": _l("退回修改"),
        "submit": _l("提交审批"),
        "publish": _l("批准上架"),
        "correct": _l("更正错别字"),
        "honour_premium": _l("评定精品课"),
        "honour_gold": _l("评定金课"),
    },
    "edition": {
        "publish": _l("发布"),
        "end": _l("结束这一季"),
        "add_item": _l("放进一门课"),
        "limit_item": _l("改场数上限"),
        "end_item": _l("拿掉一门课"),
        "renew_item": _l("换成课程的新版本"),
        "copy_items": _l("复制了另一季的课"),
        "add_all": _l("放进全部课程"),
    },
    "move": {
        "create": _l("提出改期"),
        "ask_move": _l("提出改期"),
        "choose": _l("选定新时间"),
        "answer": _l("答复改期"),
        "move": _l("改期"),
        "refuse": _l("没改成"),
    },
    "lecturer": {
        "create": _l("登记为讲师"),
        "end": _l("停止授课"),
        "qualify": _l("可以讲一门课"),
        "end_qualification": _l("不再讲一门课"),
        "appoint": _l("发聘书"),
        "renew": _l("续聘"),
        "end_appointment": _l("提前结束聘期"),
        "hours": _l("改每周时间"),
        "away": _l("登记不来"),
        "free": _l("登记能来"),
        "as_usual": _l("改回平常时间"),
        "join_corps": _l("加入宣讲团"),
        "lead_corps": _l("担任团长"),
        "leave_corps": _l("离开宣讲团或换职务"),
    },
    "corps": {
        "join": _l("成员入团"),
        "lead": _l("设为团长"),
        "leave": _l("成员退团或换职务"),
        "end": _l("宣讲团结束"),
        "appoint": _l("发聘书"),
        "renew": _l("续聘"),
        "end_appointment": _l("提前结束聘期"),
    },
    "venue": {
        "equip": _l("改设备"),
        "hours": _l("改开放时间"),
        "close_days": _l("登记不开放"),
        "open_days": _l("恢复开放"),
        "own_room": _l("设为居村活动室"),
        "own_room_off": _l("不再是居村活动室"),
        "take_over": _l("随单位合并归新单位"),
        "award": _l("授牌"),
        "withdraw_plaque": _l("摘牌"),
        "end": _l("停用"),
    },
    "calendar_day": {"set_day": _l("改了一天"), "unset_day": _l("改回法定安排")},
    "organisation": {
        "rename": _l("改名"),
        "rename_later": _l("定好改名"),
        "call_off_name": _l("取消定好的改名"),
        "call_off_place": _l("取消定好的变动"),
        "set_kind": _l("改种类"),
        "set_kind_later": _l("定好改种类"),
        "move": _l("换上级"),
        "move_later": _l("定好换上级"),
        "merge": _l("并入新单位"),
        "merge_into": _l("由新单位接续"),
        "take_over": _l("接过别名和社区类型"),
        "split": _l("拆成几个单位"),
        "split_into": _l("由新单位接续"),
        "end": _l("撤销"),
        "add_alias": _l("添加别名"),
        "remove_alias": _l("去掉别名"),
        "set_types": _l("改社区类型"),
        "set_setting": _l("改设置"),
    },
    "grouping": {"join": _l("加入单位"), "leave": _l("移出单位"), "end": _l("停用")},
    "person": {
        "grant": _l("给岗位"),
        "end_role": _l("停止岗位"),
        "open_account": _l("开账号"),
        "reset": _l("重设账号"),
        "disable": _l("停用账号"),
        "enable": _l("启用账号"),
        "password": _l("改密码"),
        "second_step_on": _l("打开两步登录"),
        "second_step_off": _l("关掉两步登录"),
        "hand_over": _l("交接岗位"),
        "reveal_phone": _l("查看电话"),
        "end": _l("离岗"),
        "move": _l("换单位"),
    },
    "import": {
        "send": _l("传上表格"),
        "check": _l("开始检查"),
        "pass": _l("检查通过"),
        "find_same": _l("没有要改的"),
        "refuse": _l("有错没导入"),
        "confirm": _l("确认导入"),
        "write": _l("开始写入"),
        "finish": _l("写入完毕"),
        "cancel": _l("取消"),
        "fail": _l("没办成"),
        "show_codes": _l("看了首次口令"),
        "forget_codes": _l("首次口令到期"),
    },
    "gap": {"create": _l("报出需求"), "fill": _l("配上课程"), "decline": _l("暂不开课"), "reopen": _l("重新打开")},
}


def deed(kind: str, action: Any) -> str:
    """What was done, in words for a history: ('order', 'approve') → 审核通过; an unlisted action is shown as it is."""
    value = str(action.value if isinstance(action, Enum) else action)
    return str(DEEDS.get(kind, {}).get(value) or COMMON.get(value) or _ANYWHERE.get(value) or value)


_ANYWHERE = {action: words for deeds in DEEDS.values() for action, words in deeds.items()}
"""Parts of a thing (an alias, a term of office) are written down in the words of the thing."""

FIELDS: dict[str, Any] = {  # what an audit row says was changed
    "alias": _l("别名"), "audience_code": _l("听课的人"), "batch": _l("批次"), "cancel_free_until": _l("可免责取消到"), "contact": _l("联系人"),
    "content": _l("内容分"), "course_id": _l("课程"), "day": _l("日期"), "delivery": _l("讲授分"), "ended_on": _l("结束日期"), "ends_at": _l("结束时间"),
    "ends_on": _l("到期日"), "equipment": _l("设备"), "expected": _l("人数"), "given_at": _l("评单时间"), "given_by_id": _l("评单人"),
    "gold_on": _l("金课日期"), "half_day": _l("半天"), "head_count": _l("现场人数"), "hours": _l("时间"), "initials": _l("拼音首字母"),
    "issuer_id": _l("发聘单位"), "items": _l("课程清单"), "joined_on": _l("入团日期"), "label": _l("名称"), "lecturer_id": _l("讲师"),
    "missed_by": _l("谁没有来"), "name": _l("名称"), "need": _l("想解决的问题"), "new_starts_at": _l("新时间"), "number": _l("编号"), "on": _l("从哪天起"),
    "online_count": _l("线上人数"), "organisation_id": _l("单位"), "own_room": _l("居村活动室"), "pattern": _l("重复的时间"), "place": _l("在哪里上"),
    "preferred_lecturer_id": _l("点名的讲师"), "premium_on": _l("精品课日期"), "published_on": _l("发布日期"), "reason": _l("原因"), "role": _l("岗位"),
    "scope_id": _l("聘任范围"), "short_name": _l("简称"), "since": _l("从哪天起"), "sort_key": _l("排序"), "starts_at": _l("开始时间"),
    "starts_on": _l("开始日"), "telephone": _l("电话"), "trial_lecture_on": _l("试讲日期"), "types": _l("社区类型"), "until": _l("到哪天为止"),
    "usefulness": _l("实用分"), "username": _l("账号"), "venue_id": _l("场地"), "version": _l("版本"), "windows": _l("时间"), "withdrawn_on": _l("摘牌日期"),
    "words": _l("评语"), "title": _l("课名"), "minutes": _l("时长"), "capacity": _l("容纳人数"), "latitude": _l("纬度"), "longitude": _l("经度"),
    "display_name": _l("姓名"), "radius_km": _l("最远路程"), "answer": _l("答复"), "online_link": _l("线上链接"), "teach_mode": _l("上课方式"),
    "home": _l("住处"), "max_per_month": _l("每月最多场数"), "max_half_days_per_day": _l("每天最多半天数"), "email": _l("邮箱"), "phone": _l("电话"),
}  # fmt: skip


JOBS = re.compile(r"[a-z_]+\.[a-z_]+|audit|calendar|import|install|organisations")


def doer(name: str) -> str:
    """Who did it, for a history: what the programme does by itself has a name for programmers only."""
    if name == "seed":
        return str(_l("系统（初始数据）"))
    return str(_l("系统自动")) if JOBS.fullmatch(name) else name


STANDING: dict[str, tuple[str, Any]] = {  # how a stamp stands → icon, words for screen readers
    "done": ("check", _l("（已完成）")),
    "now": ("clock", _l("（进行中）")),
    "stop": ("cross", _l("（没有成）")),
    "next": ("", _l("（还没到）")),
}
STAMPS = (_l("点单"), _l("审核"), _l("派单"), _l("接单"), _l("上课"), _l("评单"))
PLACE_ON_LINE = {  # which of the six stamps an order stands at, and how
    "draft": (0, "now"), "submitted": (1, "now"), "returned": (1, "stop"), "rejected": (1, "stop"), "approved": (2, "now"),
    "planned": (3, "now"), "scheduled": (4, "now"), "delivered": (5, "now"), "closed": (6, "done"), "unmet": (2, "stop"),
    "missed": (4, "stop"), "cancelled": (0, "stop"),
}  # fmt: skip


class Step(NamedTuple):
    """One stamp of the line: word, how it stands (done, now, stop, next), its icon, words read aloud, who, and when (worded)."""

    word: str
    how: str
    icon: str
    aloud: str
    who: Any = ""
    when: Any = ""


def steps(state: Any, details: dict[int, tuple[Any, Any]] | None = None, at: int | None = None) -> list[Step]:
    """The six stamps 点单→审核→派单→接单→上课→评单 of an order in this state.

    details: stamp number 0 to 5 → (who, when), worded. at: where a cancelled or unmet order had got to, when it is known.
    """
    value = str(state.value if isinstance(state, Enum) else state)
    here, how = PLACE_ON_LINE[value]
    here = here if at is None else at
    said = details or {}
    line = []
    for n, word in enumerate(STAMPS):
        standing = how if n == here else "done" if n < here else "next"
        icon, aloud = STANDING[standing]
        line.append(Step(str(word), standing, icon, str(aloud), *said.get(n, ())))
    return line


GLOBALS: dict[str, Any] = {
    "sign": sign,
    "state_word": state_word,
    "deed": deed,
    "doer": doer,
    "steps": steps,
}
