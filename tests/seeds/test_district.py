"""The demonstration district: complete, consistent, and nobody's name in it."""

import math
import re
from collections import Counter

import pytest

from catalogue.core.text import sort_key
from catalogue.seeds.reading import DISTRICT, committee_room, file

DEMO = "青浦区"
COURSES = {course["key"]: course for course in file("courses")["courses"]}
ORGANISATIONS = {
    row["key"]: row for name in ("organisations", "units", "sample_units") for row in file("organisations")[name]
}
DEMO_TOWNS = [key for key, row in ORGANISATIONS.items() if row["parent"] == DEMO and row["level"] == "town"]
COMMITTEES = [row for row in ORGANISATIONS.values() if row["level"] == "committee" and row["parent"] in DEMO_TOWNS]
ROOMS = {row["key"]: committee_room(row, file("venues")["committee_room"]) for row in COMMITTEES}
VENUES = {row["key"]: row for name in ("venues", "sample_venues") for row in file("venues")[name]}
LECTURERS = {row["key"]: row for row in file("lecturers")["lecturers"]}
ACCOUNTS = {row["username"]: row for row in file("staff")["accounts"]}
ORDERS = {row["key"]: row for row in file("quarter")["orders"]}
HALVES = ("am", "pm", "eve")


def minutes(clock: str) -> int:
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def kilometres(one, other) -> float:
    return math.hypot((one["lat"] - other["lat"]) * 111.2, (one["lon"] - other["lon"]) * 95.2)


def opens(venue, lesson, length) -> bool:
    start = minutes(lesson["start"])
    for days, spans in file("venues")["hours"][venue["hours"]].items():
        first, _, last = days.partition("-")
        if int(first) <= lesson["weekday"] <= int(last or first):
            return any(minutes(a) <= start and start + length <= minutes(b) for a, b in spans)
    return False


def lessons_of(order):
    """(lecturer, place, lesson) as last proposed or moved; the first candidate while nobody has accepted."""
    proposals = [step for step in order["steps"] if step["do"] in ("propose", "move")]
    if not proposals:
        return None
    return (
        order.get("lecturer", proposals[0].get("candidates", [""])[0]),
        proposals[-1]["place"],
        proposals[-1]["lesson"],
    )


def test_every_fact_is_there_once():
    held = file("organisations")

    assert (len(COURSES), len(file("venues")["venues"])) == (115, 48)
    assert len(held["organisations"]) + len(held["units"]) == 215
    assert len({course["title"] for course in COURSES.values()}) == 115
    assert len(ORGANISATIONS) == 215 + len(held["sample_units"])
    assert len(VENUES) == 48 + len(file("venues")["sample_venues"])


def test_the_tree_has_the_districts_towns_and_committees_of_the_demonstration():
    levels = Counter(row["level"] for row in ORGANISATIONS.values())
    per_town = Counter(row["parent"] for row in COMMITTEES)

    assert (levels["city"], levels["district"], len(DEMO_TOWNS), len(COMMITTEES)) == (1, 16, 11, 99)
    assert per_town == {"练塘镇": 30, "朱家角镇": 42, "夏阳街道": 20, "华新镇": 5, "重固镇": 2}
    assert {row["kind"] for row in COMMITTEES} == {"neighbourhood", "village"}
    assert {row["name"] for row in COMMITTEES if (row["kind"] == "village") != row["name"].endswith("村")} == {
        "西湖新村"
    }


def test_parents_come_before_children():
    seen = {None}
    for key, row in ORGANISATIONS.items():
        assert row["parent"] in seen, key
        seen.add(key)


def test_committees_have_a_place_near_their_town_and_other_spellings():
    for row in COMMITTEES:
        assert kilometres(row, ORGANISATIONS[row["parent"]]) < 7, row["key"]
        assert len(row["aliases"]) >= 3, row["key"]
        assert row["name"] not in row["aliases"], row["key"]
        assert row["communities"], row["key"]
        assert row["phone"].startswith("021-00"), row["key"]
    assert "刘二" in ORGANISATIONS["新泾镇/刘二居民区"]["aliases"]
    assert "泰安一居" in ORGANISATIONS["朱家角镇/泰安第一社区"]["aliases"]


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_a_course_speaks_the_vocabularies_and_is_plausible(course):
    held = file("courses")

    assert course["category"] in held["categories"]
    assert course["form"] in held["forms"]
    assert course["audience"]
    assert set(course["audience"]) <= set(held["audience_classes"])
    assert 45 <= course["minutes"] <= 180
    assert 1 < course["size_min"] < course["size_max"] <= 200
    assert course["modes"]
    assert set(course["modes"]) <= {"onsite", "venue", "online"}
    assert course["problems"]
    assert 3 <= len(course["outline"]) <= 5
    assert course["summary"].count("。") + course["summary"].count("？") >= 2
    assert course["owner"] in ORGANISATIONS
    assert not re.search("https?:|www", str(course))
    assert course["orderable"] == (course["form"] != "班次")


def test_classes_and_fixed_slots_are_not_orderable():
    closed = {course["title"] for course in COURSES.values() if not course["orderable"]}

    assert {"新任启航班", "轮训领航班", "居委会主任培训班", "社区工作者初任培训班", "每周加油站"} < closed
    assert len(closed) == 9
    assert "停车难" not in closed


@pytest.mark.parametrize(
    ("problem", "title"),
    [
        ("停车难", "创享数智,全力挖潜,巧解“停车难”这道考题"), ("停车难", "停车难"), ("加装电梯", "加装电梯"), ("漏水", "别让漏水“凉了”邻里情"),
        ("养宠", "养宠有“度”,流浪有“护”"), ("垃圾分类", "生活垃圾分类减量工作"), ("防骗", "中老年防骗知识讲座"), ("业委会", "理顺居委会、业主、业委会和物业公司之间的关系"),
        ("矛盾调解", "社区治理中的矛盾纠纷预防化解"), ("电动自行车", "社区防灾减灾(电动自行车火灾预防与处置)"), ("楼道堆物", "楼道“变形记”"),
    ],
)  # fmt: skip
def test_a_stated_problem_finds_its_course(problem, title):
    assert title in {course["title"] for course in COURSES.values() if problem in course["problems"]}


def test_who_follows_the_first_steps_of_the_readme_finds_the_course_not_yet_ordered():
    """README sends committee1 to order 停车难."""
    ordered = {row["course"] for row in ORDERS.values() if row["by"] == "committee1"}

    assert "停车难" not in {COURSES[key]["title"] for key in ordered}


def test_venues_are_whole_and_their_equipment_can_be_asked_for():
    words = {thing for course in COURSES.values() for thing in course["equipment"]}
    rooms = [*VENUES.values(), *ROOMS.values()]

    for venue in rooms:
        assert venue["hours"] in file("venues")["hours"], venue["key"]
        assert 20 <= venue["capacity"] <= 200, venue["key"]
        assert venue.get("town") in (None, *ORGANISATIONS), venue["key"]
        assert venue.get("owner") in (None, *ORGANISATIONS), venue["key"]
    assert words <= {thing for venue in rooms for thing in venue["equipment"]}
    assert sum(venue.get("town") in DEMO_TOWNS for venue in VENUES.values()) == 12 + 15
    assert {venue["town"] for venue in file("venues")["sample_venues"]} == set(DEMO_TOWNS)


def test_a_committees_room_is_always_the_same_and_of_30_to_60_people():
    assert len(ROOMS) == 99
    assert {room["capacity"] for room in ROOMS.values()} == {30, 35, 40, 45, 50, 55, 60}
    assert all(committee_room(row, file("venues")["committee_room"]) == ROOMS[row["key"]] for row in COMMITTEES)


def test_lecturers_refer_to_what_exists():
    weeks = file("lecturers")["weeks"]

    assert list(LECTURERS) == [f"L{n:02d}" for n in range(1, 41)]
    for lecturer in LECTURERS.values():
        assert lecturer["home"] in ORGANISATIONS, lecturer["key"]
        assert lecturer["week"] in weeks, lecturer["key"]
        assert lecturer["title_tier"] in file("lecturers")["title_tiers"], lecturer["key"]
        assert lecturer["appointment"]["issuer"] in ORGANISATIONS, lecturer["key"]
        assert lecturer["appointment"]["from_days"] < lecturer["appointment"]["until_days"], lecturer["key"]
        assert lecturer["courses"], lecturer["key"]
        assert all(COURSES[skill["course"]]["orderable"] for skill in lecturer["courses"]), lecturer["key"]
    assert all(half in HALVES for week in weeks.values() for halves in week.values() for half in halves)


def test_most_courses_have_several_lecturers_a_few_one_and_two_none():
    teachers = Counter(skill["course"] for lecturer in LECTURERS.values() for skill in lecturer["courses"])
    spread = Counter(teachers[key] for key, course in COURSES.items() if course["orderable"])

    assert (spread[0], spread[1], max(spread)) == (2, 7, 5)


def test_one_term_has_ended_and_some_end_within_the_month():
    until = {key: lecturer["appointment"]["until_days"] for key, lecturer in LECTURERS.items()}

    assert {key for key, days in until.items() if days < 0} == {"L17"}
    assert {key for key, days in until.items() if 0 <= days <= 31} == {"L12", "L22", "L38"}


def test_the_corps_has_one_leader_who_is_a_member():
    (corps,) = file("lecturers")["corps"]

    assert ORGANISATIONS[corps["organisation"]]["kind"] == "lecture_corps"
    assert Counter(member["role"] for member in corps["members"]) == {"leader": 1, "deputy": 1, "member": 5}
    assert {member["lecturer"] for member in corps["members"]} <= set(LECTURERS)


def test_nobody_is_named():
    everything = "".join(path.read_text(encoding="utf-8") for path in sorted(DISTRICT.glob("*.json")))
    posts = re.compile(r"(管理员|干事|(管理员|调度员|审批员|审计员|观察员)[甲乙]|讲师\d\d)$")

    assert [row["name"] for row in LECTURERS.values()] == [f"讲师{n:02d}" for n in range(1, 41)]
    assert [row["name"] for row in ACCOUNTS.values() if not posts.search(row["name"])] == []
    assert re.findall(r"[\u4e00-\u9fff]{2,4}(?:同志|教授|先生|女士)(?!讲)", everything) == []
    assert set(re.findall(r"\b1[3-9]\d{9}\b", everything)) == set(re.findall(r"\b142\d{8}\b", everything))


def test_accounts_refer_to_what_exists_and_every_demonstration_town_has_an_administrator():
    assert len(ACCOUNTS) == len(file("staff")["accounts"])
    assert all(row["organisation"] in ORGANISATIONS for row in ACCOUNTS.values())
    assert {row["organisation"] for row in ACCOUNTS.values() if row["roles"] == ["town_admin"]} == set(DEMO_TOWNS)
    assert {row["lecturer"] for row in ACCOUNTS.values() if "lecturer" in row["roles"]} <= set(LECTURERS)
    assert {role for row in ACCOUNTS.values() for role in row["roles"]} == {
        "orderer", "lecturer", "corps_leader", "town_admin", "dispatcher", "approver", "district_admin", "auditor", "city_viewer", "system_admin",
    }  # fmt: skip


def test_the_quarter_has_orders_in_every_state():
    states = {
        "draft",
        "submitted",
        "returned",
        "rejected",
        "approved",
        "planned",
        "scheduled",
        "delivered",
        "closed",
        "cancelled",
        "missed",
        "unmet",
    }

    assert {order["state"] for order in ORDERS.values()} == states
    assert len(ORDERS) >= 60
    of_corps = {key for key, row in COURSES.items() if ORGANISATIONS[row["owner"]]["kind"] == "lecture_corps"}
    assert [o["state"] for o in ORDERS.values() if o["course"] in of_corps and o["state"] == "approved"] == ["approved"]
    assert {order["origin"] for order in ORDERS.values()} == {"committee", "on_behalf", "push"}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_an_order_asks_for_what_the_course_allows(order):
    course = COURSES[order["course"]]

    assert course["orderable"]
    assert order["audience"] in course["audience"]
    assert course["size_min"] <= order["expected"] <= course["size_max"]
    assert order["mode"] in course["modes"]
    assert 1 <= len(order["windows"]) <= 10
    above = {
        "committee": order["committee"],
        "on_behalf": ORGANISATIONS[order["committee"]]["parent"],
        "push": "青浦区",
    }
    assert ACCOUNTS[order["by"]]["organisation"] == above[order["origin"]]
    assert order.get("joins") in (None, *ORDERS)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_nobody_checks_or_approves_what_they_entered(order):
    by = {}
    for step in order["steps"]:
        if step["do"] in ("approve", "reject", "return"):
            assert step["by"] != by.get("submit"), step
        if step["do"] == "approve_dispatch":
            assert step["by"] != by["propose"], step
        by[step["do"]] = step["by"]
    assert set(by.values()) <= {*ACCOUNTS, *LECTURERS, "sweep"}


def day_of(moment) -> tuple[int, int]:
    return moment["week"], moment["weekday"]


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_an_order_lies_within_its_edition(order):
    editions = {edition["key"]: edition for edition in file("quarter")["editions"]}
    edition = editions[order.get("edition", "current")]
    days = [day_of(window) for window in order["windows"] if "week" in window]
    patterns = [window["pattern"] for window in order["windows"] if "pattern" in window]
    days += [(pattern[end], 1) for pattern in patterns for end in ("from_week", "until_week")]

    assert all(day_of(edition["teach_from"]) <= day <= day_of(edition["teach_until"]) for day in days)
    for step in order["steps"]:
        if step["do"] == "submit" and "week" in step["at"]:
            assert day_of(edition["order_from"]) <= day_of(step["at"]) <= day_of(edition["order_until"])


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_steps_come_in_the_order_of_time(order):
    moments = [step["at"] for step in order["steps"] if {"week", "hours_ago"} & set(step["at"])]
    past = [(at["week"], at["weekday"], at["time"]) for at in moments if "week" in at]
    ago = [at["hours_ago"] for at in moments if "hours_ago" in at]
    lesson = next((step["lesson"]["week"] for step in order["steps"] if step["do"] == "propose"), 0)

    assert (past, ago) == (sorted(past), sorted(ago, reverse=True))
    assert all(week < 0 for week, *_ in past)
    assert max(ago, default=0) <= 40
    assert moments[len(past) :] == [at for at in moments if "hours_ago" in at]
    held = order["state"] in ("closed", "delivered", "missed") or any(step["do"] == "miss" for step in order["steps"])
    assert (lesson < 0) == held


@pytest.mark.parametrize(
    "order", [order for order in ORDERS.values() if lessons_of(order)], ids=lambda order: order["key"]
)
def test_a_lesson_is_possible_for_its_lecturer_and_its_room(order):
    key, place, lesson = lessons_of(order)
    lecturer, course = LECTURERS[key], COURSES[order["course"]]
    room = ROOMS[order["committee"]] if place == "own" else VENUES.get(place)
    day = lesson["week"] * 7 + lesson["weekday"] - 1

    assert course["key"] in {skill["course"] for skill in lecturer["courses"]}
    assert lecturer["appointment"]["from_days"] < day - 6 < day + 6 < lecturer["appointment"]["until_days"]
    assert lesson["half"] in file("lecturers")["weeks"][lecturer["week"]][str(lesson["weekday"])]
    assert {"own": "onsite", "online": "online"}.get(place, "venue") == order["mode"]
    if place != "online":
        assert opens(room, lesson, course["minutes"])
        assert room["capacity"] >= order["expected"]
        assert set(course["equipment"]) <= set(room["equipment"])
        assert kilometres(lecturer, room) <= lecturer["radius_km"]


def test_nobody_and_no_room_is_in_two_places_at_once():
    taken = []
    for order in ORDERS.values():
        holds = order["state"] not in ("cancelled", "approved") and order.get("waits_for") != "审批"
        if holds and (planned := lessons_of(order)):
            lecturer, place, lesson = planned
            when = (lesson["week"], lesson["weekday"], lesson["half"])
            taken += [(lecturer, *when), (order["committee"], *when)] + (
                [(place, *when)] if place not in ("own", "online") else []
            )
        elif "joins" in order:
            *_, lesson = lessons_of(ORDERS[order["joins"]])
            taken.append((order["committee"], lesson["week"], lesson["weekday"], lesson["half"]))

    assert [what for what, times in Counter(taken).items() if times > 1] == []


def test_no_committee_orders_more_than_four_lessons_or_a_course_twice():
    live = [order for order in ORDERS.values() if order["state"] not in ("cancelled", "rejected", "unmet", "draft")]

    assert max(Counter(order["committee"] for order in live).values()) <= 4
    assert max(Counter((order["committee"], order["course"]) for order in live).values()) == 1


def test_every_title_and_name_has_a_key_to_sort_by():
    names = [course["title"] for course in COURSES.values()] + [row["name"] for row in ORGANISATIONS.values()]

    assert all(key.isascii() and key and "~" not in key for key in map(sort_key, names))
