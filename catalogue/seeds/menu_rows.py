"""The demonstration menu: 115 courses, published and honoured, and three editions."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.core import clock
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.courses import editions
from catalogue.courses import operations as courses
from catalogue.courses.models import Audience, Category, Course, CourseForm, Edition, Equipment, Series
from catalogue.courses.operations import Honour
from catalogue.courses.queries import versions_of
from catalogue.courses.states import OfferMode
from catalogue.organisations.models import Organisation
from catalogue.seeds import reading
from catalogue.seeds.cast import SEEDER

Row = dict[str, Any]
PROGRAMME = "班次"
EDITIONS = {"previous": "上一季菜单（示例）", "current": "本季菜单（示例）", "next": "下一季菜单（示例）"}


def labelled(model: Any) -> dict[str, Any]:
    """Labels of a vocabulary → its codes (categories: ids)."""
    key = model.id if model is Category else model.code
    rows: dict[str, Any] = {row[0]: row[1] for row in db.session.execute(sa.select(model.label, key))}
    return rows


class Menu:
    """Courses and editions by the keys of the files; `keeper` is the district's administrator, whose words the vocabularies become."""

    def __init__(
        self, organisations: dict[str, Organisation], district: Organisation, keeper: Actor, at: datetime
    ) -> None:
        self.organisations, self.district, self.keeper, self.at = organisations, district, keeper, at
        self.courses: dict[str, Course] = {}
        self.editions: dict[str, Edition] = {}
        self._words = {model: labelled(model) for model in (Category, CourseForm, Audience, Equipment)}
        self._series: dict[str, int] = {}
        self._subcategories: dict[tuple[str, str], int] = {}

    def write(self) -> None:
        for row in reading.file("courses")["courses"]:
            self._course(row)

    def _course(self, row: Row) -> None:
        form = self._words[CourseForm]
        values = {
            "category_id": self._words[Category][row["category"]], "subcategory_id": self._subcategory(row["category"], row["subcategory"]),
            "series_id": self._series_id(row["series"]), "orderable": row["orderable"], "source": row["source"][:60],
            "offer_mode": OfferMode(row["offer_mode"]) if "offer_mode" in row else None, "tags": row["tags"],
            "problems": row["problems"], "title": row["title"], "summary": f"{row['summary']}", "outline": "\n".join(row["outline"]),
            "form": form[row["form"]], "minutes": row["minutes"], "size_min": row["size_min"], "size_max": row["size_max"],
            "onsite": "onsite" in row["modes"], "venue": "venue" in row["modes"], "online": "online" in row["modes"],
            "audiences": [self._words[Audience][a] for a in row["audience"]], "equipment": [self._words[Equipment][e] for e in row["equipment"]],
        }  # fmt: skip
        made = courses.create(values, owner=self.organisations[row["owner"]], by=SEEDER, at=self.at)
        draft = versions_of(made.id)[0]
        courses.submit(draft, by=SEEDER, at=self.at)
        courses.publish(draft, by=SEEDER, at=self.at)
        if row["honour"]:
            courses.honour(made, Honour(row["honour"]), clock.day_of(self.at), words="评审通过（示例）", by=SEEDER, at=self.at)  # fmt: skip
        self.courses[row["key"]] = made

    def _series_id(self, name: str | None) -> int | None:
        if name is None:
            return None
        if name not in self._series:
            made: Series = editions.add_series(name, by=self.keeper, at=self.at)
            self._series[name] = made.id
        return self._series[name]

    def _subcategory(self, category: str, label: str | None) -> int | None:
        if not label:
            return None
        if (category, label) not in self._subcategories:
            parent = db.session.get_one(Category, self._words[Category][category])
            twin = any(known == label for _category, known in self._subcategories)
            name = f"{label}（{category}）" if twin else label  # a district says each word once
            self._subcategories[category, label] = editions.add_subcategory(parent, name, by=self.keeper, at=self.at).id
        return self._subcategories[category, label]

    def open_editions(self, monday: date) -> None:
        """Three editions with every orderable course; `monday` begins the week of seeding."""
        for row in reading.file("quarter")["editions"]:
            days = {
                name: monday + timedelta(weeks=row[name]["week"], days=row[name]["weekday"] - 1)
                for name in ("order_from", "order_until", "teach_from", "teach_until")
            }
            edition = editions.create(self.district, EDITIONS[row["key"]], days, by=SEEDER, at=self.at)
            editions.add_all(edition, by=SEEDER, at=self.at)
            editions.publish(edition, by=SEEDER, at=self.at)
            self.editions[row["key"]] = edition
