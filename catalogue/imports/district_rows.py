"""Rows of venues, courses and lecturers: their columns, and how one row is taken through the operations of the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.core import clock
from catalogue.core.actor import Actor, Kind, Role
from catalogue.core.db import db
from catalogue.core.errors import Invalid
from catalogue.core.text import plain_phone
from catalogue.core.words import _
from catalogue.courses import operations as courses
from catalogue.courses import policy as course_policy
from catalogue.courses import queries as course_queries
from catalogue.courses.models import Audience, Category, Course, CourseForm, Equipment
from catalogue.courses.states import State
from catalogue.imports import finding, week
from catalogue.imports.columns import Column, day, degree, one_of, several, some_of, text, titles, whole, yes_no
from catalogue.lecturers import appointing
from catalogue.lecturers import operations as lecturers
from catalogue.lecturers import queries as lecturer_queries
from catalogue.lecturers.labels import KINDS, SOURCES, TIERS
from catalogue.lecturers.models import Lecturer, TitleTier
from catalogue.organisations.models import Organisation
from catalogue.venues import operations as venues
from catalogue.venues.labels import KINDS as VENUE_KINDS
from catalogue.venues.models import Venue, VenueEquipment, VenueHours

Values = Mapping[str, Any]
WAYS = {"上门": "onsite", "讲师上门": "onsite", "到场地": "venue", "线上": "online"}
WISHES = {"草稿": False, "上架": True}


def _words(labels: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(label): key for key, label in labels.items()}


# ── venues ──────────────────────────────────────────────────────────────────────────────────────


def venue_columns() -> list[Column]:
    return [
        Column("名称", "name", text(60), must=True, example="下塘社区活动室", also=("场地名称", "场地")),
        Column("归属单位", "owner", text(130), must=True, example="下塘社区", words="写名称；有重名的写“上级/名称”。", also=("归哪个单位", "所属单位", "单位")),
        Column("类别", "kind", one_of(lambda: _words(VENUE_KINDS)), must=True, example="居村活动室", also=("种类", "场地类别")),
        Column("容纳人数", "capacity", whole(1, 5000), must=True, example=45, also=("容量", "人数上限", "座位数", "最多坐多少人")),
        Column("设备", "equipment", some_of(lambda: finding.labels(Equipment)), example="投影、话筒", also=("设施", "有哪些设备")),
        Column("开放时间", "hours", week.opening, example=week.OPEN, words="写了就整个换成这里写的；新场地不填就是每天 8:30-21:00。", also=("开放时段",)),
        Column("地址", "address", text(120), also=("详细地址",)),
        Column("纬度", "latitude", degree(-90, 90), example=31.01),
        Column("经度", "longitude", degree(-180, 180), example=121.05),
        Column("楼层", "floor", text(20), example="2层"),
        Column("电梯", "lift", yes_no, example="否"),
        Column("停车", "parking", text(100), example="门前 5 个车位"),
        Column("怎么进来", "way_in", text(200)),
        Column("电话", "telephone", text(30), also=("场地电话", "联系电话")),
        Column("品牌名", "brand", text(60)),
        Column("教学主题", "theme", text(100)),
        Column("别的居村可用", "shared", yes_no, example="否", also=("共享", "是否共享", "别的居村也可以来上课")),
        Column("本单位活动室", "own_room", yes_no, example="是", words="填“是”的居村，点单默认在这里上课。", also=("居村自己的活动室", "自己的活动室")),
    ]  # fmt: skip


def take_venue(row: Values, by: Actor, at: datetime) -> None:
    """Creates or changes one venue. Its key is name and owner."""
    owner = finding.organisation(by, row["owner"], field="owner", again=True)
    values = {k: row[k] for k in venues.COLUMNS if k in row}
    if ("latitude" in values) != ("longitude" in values):
        raise Invalid(_("纬度和经度要一起填。"), field="longitude" if "latitude" in values else "latitude")
    found = db.session.scalars(
        sa.select(Venue).where(Venue.organisation_id == owner.id, Venue.name == row["name"], Venue.ended_on.is_(None))
    ).first()
    if found is None:
        venues.create(
            owner, {"latitude": None, "longitude": None, **values}, equipment=row.get("equipment") or (),
            hours=row.get("hours", ()), own_room=bool(row.get("own_room")), by=by, at=at,
        )  # fmt: skip
        return
    if any(getattr(found, k) != v for k, v in values.items()):
        venues.edit(found, values, by=by, at=at)
    if row.get("equipment") is not None:
        there = db.session.scalars(sa.select(VenueEquipment.equipment_code).where(VenueEquipment.venue_id == found.id))
        if set(there) != set(row["equipment"]):
            venues.set_equipment(found, row["equipment"], by=by, at=at)
    if row.get("hours"):
        query = sa.select(VenueHours.weekday, VenueHours.opens, VenueHours.closes)
        if sorted(tuple(h) for h in db.session.execute(query.where(VenueHours.venue_id == found.id))) != row["hours"]:
            venues.set_hours(found, row["hours"], by=by, at=at)
    if row.get("own_room") and not found.own_room:
        venues.set_own_room(found, by=by, at=at)


# ── courses ─────────────────────────────────────────────────────────────────────────────────────


def course_columns() -> list[Column]:
    return [
        Column("课名", "title", text(80), must=True, example="停车难怎么办", also=("课程名称", "课程", "课题", "名称")),
        Column("归属单位", "owner", text(130), must=True, example="青浦区社区治理学院", also=("开课单位", "主办单位", "单位")),
        Column("大类", "category_id", one_of(_categories), must=True, example="实务实训", also=("课程类别", "类别", "分类")),
        Column("小类", "subcategory", text(30), words="本区这个大类下已有的小类。", also=("子类", "二级分类")),
        Column("形式", "form", one_of(lambda: finding.labels(CourseForm)), must=True, example="讲座", also=("课程形式", "授课形式")),
        Column("分钟", "minutes", whole(10, 600), must=True, example=90, also=("时长", "时长（分钟）", "课时（分钟）")),
        Column("最少人数", "size_min", whole(1, 5000), must=True, example=15, also=("人数下限",)),
        Column("最多人数", "size_max", whole(1, 5000), must=True, example=60, also=("人数上限",)),
        Column("上课方式", "ways", some_of(lambda: WAYS), must=True, example="上门、线上", words="上门、到场地、线上，可以写几种。", also=("授课方式", "方式")),
        Column("讲给谁听", "audiences", some_of(lambda: finding.labels(Audience)), example="居民、村民", words="几类人用分号隔开。", also=("适合谁", "对象", "授课对象")),
        Column("需要设备", "equipment", some_of(lambda: finding.labels(Equipment)), example="投影、话筒", also=("设备", "场地要有什么")),
        Column("标签", "tags", several, example="停车、议事", also=("关键词",)),
        Column("问题词", "problems", several, example="停车难、停车吵架", words="居村怎么说这个问题，点单时搜得到。", also=("难题", "居村会怎么说这个难题")),
        Column("系列", "series", text(60), words="本区已有的系列。", also=("课程系列",)),
        Column("宣讲团", "corps", text(40), words="区里的宣讲团：团长指定团员，只派这个团的讲师。", also=("由哪个宣讲团上",)),
        Column("讲师人数", "lecturers_needed", whole(1, 10), words="一堂课要几位讲师，不填就是 1。", also=("需要几位讲师",)),
        Column("简介", "summary", text(500), also=("学什么", "课程简介", "内容简介")),
        Column("提纲", "outline", text(3000), also=("怎么上", "大纲", "课程大纲")),
        Column("可以单独点", "orderable", yes_no, example="是"),
        Column("状态", "wish", one_of(lambda: WISHES), example="草稿", words="草稿或上架。写“上架”就提交审批，由另一位有审批权的人上架。", also=("上架状态",)),
    ]  # fmt: skip


def _categories() -> dict[str, int]:
    query = sa.select(Category.label, Category.id).where(Category.parent_id.is_(None)).order_by(Category.position)
    return {row[0]: row[1] for row in db.session.execute(query)}


def take_course(row: Values, by: Actor, at: datetime) -> None:
    """Creates a course as a draft, or changes it: what is published gets a new draft version. Its key is title and owner.

    A row that asks for the menu is submitted; another person publishes it.
    """
    owner = finding.organisation(by, row["owner"], field="owner", again=True)
    if row.get("wish") and not course_policy.approves(by, owner):
        raise Invalid(_("您不能上架这个单位的课，请填“草稿”。"), field="wish")
    course = _write_course(row, owner, by, at)
    newest = course_queries.versions_of(course.id)[0]
    if row.get("wish") and newest.state is State.DRAFT:
        courses.submit(newest, by=by, at=at)


def _filed(row: Values, owner: Organisation) -> dict[str, int]:
    """Sub-category, series and corps by their names in the owner's district."""
    found: dict[str, int] = {}
    if row.get("subcategory"):
        below = {
            c.label: c.id for c in course_queries.categories(owner.district_id) if c.parent_id == row["category_id"]
        }
        if row["subcategory"] not in below:
            raise Invalid(_("这个大类下没有“%(name)s”这个小类。", name=row["subcategory"]), field="subcategory")
        found["subcategory_id"] = below[row["subcategory"]]
    if row.get("series"):
        series = {s.name: s.id for s in course_queries.series_of(owner.district_id or 0)}
        if row["series"] not in series:
            raise Invalid(_("区里没有“%(name)s”这个系列。", name=row["series"]), field="series")
        found["series_id"] = series[row["series"]]
    if row.get("corps"):
        corps = {name: i for i, name in lecturer_queries.corps_in_force(owner.district_id or 0).items()}
        if row["corps"] not in corps:
            raise Invalid(_("区里没有“%(name)s”这个宣讲团。", name=row["corps"]), field="corps")
        found["corps_id"] = corps[row["corps"]]
    return found


def _write_course(row: Values, owner: Organisation, by: Actor, at: datetime) -> Course:
    apart = ("owner", "ways", "wish", "subcategory", "series", "corps")
    values = {k: v for k, v in row.items() if k not in apart and v is not None} | _filed(row, owner)
    values |= {way: way in row["ways"] for way in WAYS.values()}
    found = db.session.scalars(
        sa.select(Course).where(Course.title == row["title"], Course.owner_id == owner.id).order_by(Course.id)
    ).first()
    if found is None:
        return courses.create(values, owner=owner, by=by, at=at)
    courses.edit(found, {k: v for k, v in values.items() if k in (*courses.COURSE, *courses.LISTS)}, by=by, at=at)
    promise = {k: v for k, v in values.items() if k in (*courses.PROMISE, *courses.CHOICES)}
    newest = course_queries.versions_of(found.id)[0]
    there = {k: getattr(newest, k) for k in promise if k in courses.PROMISE}
    there |= {k: {e.code for e in getattr(newest, k)} for k in courses.CHOICES}
    if all(there[k] == (set(v) if k in courses.CHOICES else v) for k, v in promise.items()):
        return found
    if newest.state is State.DRAFT:
        courses.revise(newest, promise, by=by, at=at)
    else:
        courses.new_version(found, promise, by=by, at=at)
    return found


# ── lecturers ───────────────────────────────────────────────────────────────────────────────────


def lecturer_columns() -> list[Column]:
    return [
        Column("姓名", "display_name", text(40), must=True, example="讲师一（例）", also=("讲师", "讲师姓名", "名字")),
        Column("区", "district", text(60), must=True, example="青浦区", words="由哪个区管理。"),
        Column("手机", "phone", text(30), example="13800000000", words="再导入按姓名和手机认人。", also=("电话", "手机号", "手机号码", "联系电话")),
        Column("单位和职务", "post", text(40), also=("单位", "工作单位", "职务")),
        Column("类别", "kind", one_of(lambda: _words(KINDS)), must=True, example="特约", also=("讲师类别", "专职或特约")),
        Column("来源", "source", one_of(lambda: _words(SOURCES)), must=True, example="外部聘请", also=("讲师来源",)),
        Column("职称等级", "title_tier", one_of(lambda: _words(TIERS)), example="副高"),
        Column("职称全称", "title_name", text(40), also=("职称",)),
        Column("从哪里出发", "home_place", text(60), example="夏阳街道", also=("出发地", "常住地")),
        Column("出发地纬度", "home_latitude", degree(-90, 90), example=31.14),
        Column("出发地经度", "home_longitude", degree(-180, 180), example=121.12),
        Column("最远公里", "radius_km", whole(1, 200), example=30, also=("最远去多少公里", "服务半径")),
        Column("一天最多半天数", "max_half_days_per_day", whole(1, 3)),
        Column("一月最多场数", "max_per_month", whole(0, 93)),
        Column("可以线上", "teaches_online", yes_no, example="是", also=("线上", "可以上线上课")),
        Column("公开姓名", "named_in_public", yes_no, example="是"),
        Column("简介", "bio", text(500)),
        Column("能讲的课", "teaches", titles, example="停车难怎么办", words="课名要和课程里的一样，几门用分号隔开。", also=("课程", "授课课程")),
        Column("每周时间", "hours", week.free, example=week.FREE, words="写了就整个换成这里写的；可以写几点，例如：周五晚上 18:30-20:30。", also=("有空的时间", "可授课时间", "每周可授课时间")),
        Column("聘书号", "number", text(30), words="不填就自动编号。", also=("聘书编号",)),
        Column("聘期开始", "starts_on", day, example="2026-01-01", words="聘期两天都填才办聘书。", also=("聘期第一天", "聘期起")),
        Column("聘期结束", "ends_on", day, example="2026-12-31", also=("聘期最后一天", "聘期止")),
        Column("聘用范围", "scope", text(130), words="在哪个单位和它下面讲课，不填就是全区。", also=("范围",)),
    ]  # fmt: skip


def take_lecturer(row: Values, by: Actor, at: datetime) -> None:
    """Creates or changes one lecturer, with courses and a 聘书. Its key is the name in the district, and the phone where a name occurs twice."""
    district = finding.organisation(by, row["district"], field="district", again=True)
    if district.district_id != district.id:
        raise Invalid(_("请填区的名称。"), field="district")
    values = {k: row[k] for k in lecturers.COLUMNS if k in row}
    lecturer = _known_lecturer(row, district, by)
    if lecturer is None:
        person = lecturers.a_person(
            district, name=row["display_name"], phone=_phone(row), post=row.get("post", ""), by=by, at=at
        )
        lecturer = lecturers.create(person, district, {"title_tier": TitleTier.NONE, **values}, by=by, at=at)
    elif any(getattr(lecturer, k) != v for k, v in values.items()):
        lecturers.edit(lecturer, values, by=by, at=at)
    _teach(lecturer, row, district, by, at)
    if row.get("hours"):
        spans = lecturer_queries.hours_of([lecturer.id]).get(lecturer.id, {})
        if sorted((d, h, s, e) for (d, h), (s, e) in spans.items()) != row["hours"]:
            lecturers.set_hours(lecturer, row["hours"], by=by, at=at)
    _appoint(lecturer, row, district, by, at)


def _phone(row: Values) -> str:
    try:
        return plain_phone(row["phone"]) if row.get("phone") else ""
    except ValueError as trouble:
        raise Invalid(str(trouble), field="phone") from None


def _known_lecturer(row: Values, district: Organisation, by: Actor) -> Lecturer | None:
    if by.kind is not Kind.JOB and not by.holds(
        Role.DISTRICT_ADMINISTRATOR, organisation_id=None, district_id=district.id
    ):
        return None  # the operation refuses in its own words
    query = sa.select(Lecturer).where(
        Lecturer.district_id == district.id, Lecturer.display_name == row["display_name"], Lecturer.ended_on.is_(None)
    )
    found = db.session.scalars(query.order_by(Lecturer.id)).all()
    phone, phones = _phone(row), select_phones([one.person_id for one in found])
    same = [one for one in found if phone and phones[one.person_id] == phone]
    same = same or [one for one in found if not phone or not phones[one.person_id]]
    if len(same) > 1:
        raise Invalid(_("有几位“%(name)s”，请填手机来认人。", name=row["display_name"]), field="phone")
    return same[0] if same else None


def select_phones(person_ids: list[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Person.id, Person.phone).where(Person.id.in_(person_ids)))
    return {row[0]: row[1] for row in rows}


def _teach(lecturer: Lecturer, row: Values, district: Organisation, by: Actor, at: datetime) -> None:
    wanted = row.get("teaches") or []
    today = clock.day_of(at)
    known = lecturer_queries.qualifications([lecturer.id]).get(lecturer.id, ()) if wanted else ()
    held = {q.course_id for q in known if q.until is None or q.until >= today}
    for title in wanted:
        course = finding.course(district.id, title, field="teaches")
        if course.id not in held:
            lecturers.qualify(lecturer, course, since=clock.day_of(at), by=by, at=at)


def _appoint(lecturer: Lecturer, row: Values, district: Organisation, by: Actor, at: datetime) -> None:
    starts_on, ends_on = row.get("starts_on"), row.get("ends_on")
    if starts_on is None and ends_on is None:
        return
    if starts_on is None or ends_on is None:
        raise Invalid(_("聘期的两天要一起填。"), field="ends_on" if ends_on is None else "starts_on")
    scope = finding.organisation(by, row["scope"], field="scope") if row.get("scope") else district
    number = row.get("number", "")
    for held in lecturer_queries.appointments_of(lecturer.id):
        if (held.starts_on, held.ends_on, held.scope_id) == (starts_on, ends_on, scope.id) and number in (
            "",
            held.number,
        ):
            return
    appointing.appoint(
        lecturer, issuer=district, scope=scope, starts_on=starts_on, ends_on=ends_on, by=by, at=at, number=number
    )
