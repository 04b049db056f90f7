"""Every setting with its default, unit and meaning (product.md). None of these is a constant in code: read them with queries.setting."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """One setting: default, smallest and largest value, the Chinese label with its unit."""

    default: int
    least: int
    most: int
    label: str


SETTINGS: dict[str, Known] = {
    "answer_hours": Known(48, 1, 336, "讲师答复时限（小时）"),
    "offer_mode": Known(1, 1, 3, "课程没有定时怎么派（1 直接派，2 按顺位，3 抢单）"),
    "corps_hours": Known(72, 1, 336, "宣讲团团长定人时限（小时）"),
    "answer_reminder_hours": Known(24, 1, 335, "发出邀约后多久提醒一次（小时）"),
    "least_notice_hours": Known(12, 0, 240, "派单最晚在上课前多少小时（催办、替换讲师时也照此）"),
    "lead_days": Known(5, 0, 60, "最晚提前多少个工作日点单"),
    "lead_days_online": Known(3, 0, 60, "线上课最晚提前多少个工作日点单"),
    "free_cancel_days": Known(2, 0, 30, "上课前多少个工作日可以免责取消"),
    "quota_edition": Known(4, 0, 200, "每个居村每季最多场数"),
    "quota_course": Known(1, 0, 50, "每个居村每季同一门课最多场数"),
    "half_days_per_day": Known(2, 1, 3, "讲师每天最多半天数"),
    "lessons_per_month": Known(6, 0, 93, "讲师每月最多场数"),
    "rating_days": Known(14, 1, 90, "评单开放天数"),
    "follow_up_days": Known(30, 1, 180, "多少天后回访"),
    "reminder_days": Known(3, 1, 30, "上课前多少天提醒"),
    "second_reminder_days": Known(1, 0, 29, "上课前多少天再提醒"),
    "check_in_minutes": Known(30, 0, 240, "上课前多少分钟开放签到"),
    "held_offer_hours": Known(48, 1, 336, "候补保留时限（小时）"),
    "check_days": Known(2, 1, 30, "街镇审核时限（工作日）"),
    "returned_days": Known(5, 1, 30, "退回的点单多少个工作日内修改"),
    "dispatch_days": Known(8, 1, 30, "审核通过后多少个工作日内派单"),
    "approve_days": Known(1, 1, 30, "派单多少个工作日内批准"),
    "move_days": Known(1, 1, 30, "改期多少个工作日内办"),
    "account_days": Known(2, 1, 30, "上完课多少个工作日内登记人数"),
    "report_days": Known(3, 1, 30, "上完课多少个工作日内写小结"),
    "travel_speed": Known(25, 5, 80, "估算路程的速度（公里/小时）"),
    "setup_minutes": Known(15, 0, 120, "两场课之间的准备时间（分钟）"),
    "venue_radius_km": Known(8, 1, 100, "为居村找场地的最远距离（公里）"),
    "credit_minutes": Known(45, 30, 60, "一个学时的分钟数"),
    "menu_open": Known(1, 0, 1, "菜单对未登录的人开放（1 开放，0 不开放）"),
    "audit_years": Known(3, 1, 30, "审计记录保存年数"),
}
