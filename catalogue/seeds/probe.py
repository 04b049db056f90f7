"""A small, known cast in two towns, with work in every state to act on and pairs of dispatches to race (reliability.md, Interfaces 2)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from catalogue.accounts import operations as people
from catalogue.accounts.models import Person
from catalogue.core import clock
from catalogue.core.actor import Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import db, transaction
from catalogue.courses import editions
from catalogue.courses import operations as courses
from catalogue.courses.models import Category, Course
from catalogue.courses.queries import versions_of
from catalogue.lecturers import appointing
from catalogue.lecturers import operations as lecturers
from catalogue.lecturers.models import Lecturer, LecturerKind, Source, TitleTier
from catalogue.menu import operations as menu_figures
from catalogue.organisations import operations as organisations
from catalogue.organisations.models import Organisation
from catalogue.seeds.cast import LONG_AGO, SEEDER, Cast, Seeded
from catalogue.seeds.menu_rows import labelled
from catalogue.seeds.probe_orders import Work
from catalogue.venues import operations as venues
from catalogue.venues.models import Venue, VenueKind

SET_UP = timedelta(days=40)
TITLES = (
    "停车难怎么办", "议事会怎么开", "反诈防骗一堂课", "楼道堆物治理", "垃圾分类再出发", "宪法宣传进社区", "心肺复苏体验", "业委会换届指引",
    "节气与养生", "加装电梯协商",
)  # fmt: skip
WEEK = [(day, half, *clock.SPANS[half]) for day in range(7) for half in HalfDay]


class Stage:
    """Everything the cast acts on, by short names."""

    def __init__(self, seed: int, at: datetime) -> None:
        self.now, self.at = at, clock.at(clock.day_of(at - SET_UP), 540)
        self.cast = Cast(seed, self.at)
        self.places: dict[str, Organisation] = {}
        self.rooms: dict[str, Venue] = {}
        self.courses: list[Course] = []
        self.lecturers: list[Lecturer] = []

    def day(self, days: int) -> date:
        """A day so many days after the day of seeding."""
        return clock.day_of(self.now) + timedelta(days=days)

    def place(self, key: str, parent: str, kind: str, name: str, spot: tuple[float, float], prefix: str = "") -> None:
        self.places[key] = organisations.create(
            parent=self.places[parent] if parent else None, kind=kind, name=name, number_prefix=prefix, latitude=spot[0], longitude=spot[1],
            telephone="021-00100000", on=LONG_AGO, by=SEEDER, at=self.at,
        )  # fmt: skip

    def room(self, key: str, owner: str, name: str, *, own: bool, capacity: int = 60) -> None:
        place = self.places[owner]
        values = {
            "kind": VenueKind.COMMITTEE_ROOM if own else VenueKind.PARTY_SERVICE_CENTRE, "name": name, "capacity": capacity, "shared": not own,
            "latitude": place.latitude, "longitude": place.longitude, "floor": "1层", "parking": "门前少量车位",
        }  # fmt: skip
        self.rooms[key] = venues.create(
            place, values, hours=[(d, 480, 1290) for d in range(7)], own_room=own, by=SEEDER, at=self.at
        )


def fill(*, seed: int, at: datetime) -> Seeded:
    """Fills an empty database; `at` is the start of the day of seeding."""
    stage = Stage(seed, at)
    with transaction(writes=True):
        _places(stage)
        _people(stage)
        _menu(stage)
        _faculty(stage)
    with transaction(writes=True):
        Work(stage).run()
    with transaction(writes=True):
        menu_figures.rebuild(60, at=at)
    seeded = stage.cast.seeded
    seeded.objects["organisation"] = [o.id for o in stage.places.values()]
    seeded.objects["venue"] = [v.id for v in stage.rooms.values()]
    seeded.objects["course"] = [c.id for c in stage.courses]
    seeded.objects["lecturer"] = [lecturer.id for lecturer in stage.lecturers]
    return seeded


def _places(stage: Stage) -> None:
    stage.place("city", "", "city", "上海市", (31.23, 121.47))
    stage.place("district", "city", "district", "青浦区", (31.15, 121.12), prefix="QP")
    stage.place("street1", "district", "town", "练塘镇", (31.01, 121.04))
    stage.place("street2", "district", "town", "朱家角镇", (31.11, 121.05))
    stage.place("committee1", "street1", "neighbourhood", "下塘社区", (31.01, 121.05))
    stage.place("committee2", "street1", "village", "东庄村", (31.02, 121.05))
    stage.place("committee3", "street2", "neighbourhood", "淀湖社区", (31.11, 121.05))
    for n in (1, 2, 3):
        key = f"committee{n}"
        stage.room(key, key, f"{stage.places[key].name}活动室", own=True)
    for n in (1, 2):
        stage.room(f"centre{n}", f"street{n}", f"{stage.places[f'street{n}'].name}党群服务中心", own=False, capacity=120)  # fmt: skip


def _people(stage: Stage) -> None:
    district = (
        ("district1", Role.DISTRICT_ADMINISTRATOR, "区管理员"), ("dispatcher1", Role.DISPATCHER, "派单员"), ("approver1", Role.APPROVER, "审批员甲"),
        ("approver2", Role.APPROVER, "审批员乙"), ("auditor1", Role.AUDITOR, "CANARY-auditor1"),
    )  # fmt: skip
    for username, role, post in district:
        place = stage.places["district"]
        stage.cast.enters(username, post.replace("CANARY-auditor1", "审计员"), place, [(role, place)], post=post)
    city = stage.places["city"]
    stage.cast.enters("sysadmin1", "系统管理员", city, [(Role.SYSTEM_ADMINISTRATOR, city)], post="CANARY-sysadmin1")
    for key in ("street1", "street2"):
        place = stage.places[key]
        stage.cast.enters(key, f"{place.name}管理员", place, [(Role.TOWN_ADMINISTRATOR, place)], phone="14200000100")
    for key in ("committee1", "committee2", "committee3"):
        place = stage.places[key]
        stage.cast.enters(key, f"{place.name}干事", place, [(Role.ORDERER, place)], phone="14200000200")
    place = stage.places["committee1"]
    stage.cast.enters("lockme", "下塘社区值班员", place, [(Role.ORDERER, place)])
    for name, value in (
        ("quota_edition", 100),
        ("quota_course", 20),
    ):  # pairs to race need more than a committee may order
        organisations.set_setting(
            stage.places["district"], name, value, on=clock.day_of(stage.at), by=stage.cast.actor("district1"), at=stage.at
        )  # fmt: skip


def _menu(stage: Stage) -> None:
    categories = sorted(labelled(Category).values())
    for n, title in enumerate(TITLES):
        values = {
            "category_id": categories[n % len(categories)], "title": title, "summary": f"{title}：一小时说清楚。", "outline": "一、问题\n二、办法",
            "form": "lecture", "minutes": 60, "size_min": 5, "size_max": 100, "onsite": True, "venue": True, "online": True,
            "audiences": ["residents"], "problems": ["停车难"] if n == 0 else [], "tags": ["社区治理"],
        }  # fmt: skip
        made = courses.create(values, owner=stage.places["district"], by=SEEDER, at=stage.at)
        draft = versions_of(made.id)[0]
        courses.submit(draft, by=SEEDER, at=stage.at)
        courses.publish(draft, by=SEEDER, at=stage.at)
        stage.courses.append(made)
    days = {
        "order_from": stage.day(-40), "order_until": stage.day(60), "teach_from": stage.day(-30), "teach_until": stage.day(90),
    }  # fmt: skip
    edition = editions.create(stage.places["district"], "本季菜单", days, by=SEEDER, at=stage.at)
    editions.add_all(edition, by=SEEDER, at=stage.at)
    editions.publish(edition, by=SEEDER, at=stage.at)
    stage.cast.seeded.note("edition", edition.id)


def _faculty(stage: Stage) -> None:
    district = stage.places["district"]
    for n in (1, 2, 3):
        person: Person = people.create_person(district, f"讲师{n:02d}", by=SEEDER, at=stage.at, phone=f"1420000000{n}")
        people.grant(person, Role.LECTURER, district, starts_on=LONG_AGO, by=SEEDER, at=stage.at)
        values = {
            "kind": LecturerKind.SPECIAL, "source": Source.EXTERNAL, "title_tier": TitleTier.NONE, "display_name": person.name,
            "named_in_public": True, "home_place": "青浦区", "home_latitude": 31.05, "home_longitude": 121.06, "max_half_days_per_day": 3,
            "max_per_month": 60,
        }  # fmt: skip
        lecturer = lecturers.create(person, district, values, by=SEEDER, at=stage.at)
        lecturers.set_hours(lecturer, WEEK, by=SEEDER, at=stage.at)
        for course in stage.courses:
            lecturers.qualify(lecturer, course, since=LONG_AGO, by=SEEDER, at=stage.at)
        appointing.appoint(
            lecturer, issuer=district, scope=district, starts_on=stage.day(-300), ends_on=stage.day(400), by=SEEDER, at=stage.at
        )  # fmt: skip
        stage.lecturers.append(lecturer)
        stage.cast.opens(f"lecturer{n}", person, [Role.LECTURER], district)
    db.session.flush()
    _canaries_of_lecturers(stage, range(1, 4))


def _canaries_of_lecturers(stage: Stage, numbers: Sequence[int]) -> None:
    """The note of an absence, which only the lecturer and the district's administrators may read."""
    for n in numbers:
        lecturers.set_exception(
            stage.lecturers[n - 1], stage.day(50 + n), [HalfDay.MORNING], False, note=f"CANARY-lecturer{n}",
            by=stage.cast.actor(f"lecturer{n}"), at=stage.at,
        )  # fmt: skip
