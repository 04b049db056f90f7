"""flask seed: which profiles there are, and when they are refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.models import Account, Membership
from catalogue.core import clock
from catalogue.core.db import db, transaction
from catalogue.courses.models import Course
from catalogue.lecturers.models import Lecturer
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation
from catalogue.seeds import demo, empty, load, probe
from catalogue.seeds.cast import PASSWORD, Seeded, hashed

Row = dict[str, Any]
LISTED = (Course, Lecturer, Order)
PROFILES = ("demo", "empty", "probe", "load")


class SeedRefused(Exception):
    """Why nothing was seeded, in words for whoever typed the command."""


def run(profile: str, *, seed: int, courses: int, orders: int, app_env: str, at: datetime) -> Row:
    """Fills a migrated, empty database. Returns {"accounts": […], "objects": {…}}. Raises SeedRefused.

    Everything but `empty` is for demonstration and measuring, and refused in production.
    """
    if profile != "empty" and app_env == "production":
        raise SeedRefused("正式环境（APP_ENV=production）不能装入示例。新装的系统请用 --profile empty。")
    with transaction(writes=False):
        if db.session.scalar(sa.select(sa.exists().where(Organisation.id.is_not(None)))):
            raise SeedRefused("数据库里已经有内容，没有装入。请换一个空的数据库（本机试用可先 make forget）。")
    day = clock.at(clock.day_of(at), 0)  # the same day makes the same rows
    if profile == "demo":
        return demo.fill(seed=seed, at=day).as_json()
    if profile == "probe":
        return probe.fill(seed=seed, at=day).as_json()
    if profile == "empty":
        return empty.fill(at=at).as_json()
    return _load(seed=seed, courses=courses, orders=orders, at=day)


def _load(*, seed: int, courses: int, orders: int, at: datetime) -> Row:
    with transaction(writes=True):
        load.fill(seed=seed, courses=courses, orders=orders, at=at, password_hash=hashed(PASSWORD, seed))
    with transaction(writes=False):
        return Seeded(_accounts(), {model.__tablename__: _first(model) for model in LISTED}).as_json()


def _accounts() -> list[Row]:
    rows = db.session.execute(
        sa.select(Account.username, Membership.role, Membership.organisation_id)
        .join(Membership, Membership.person_id == Account.person_id)
        .order_by(Account.id)
    )
    return [
        {"username": username, "password": PASSWORD, "roles": [role.value], "organisation_id": organisation_id}
        for username, role, organisation_id in rows
    ]


def _first(model: Any) -> list[int]:
    """Some ids to measure with; all of them would be a long line."""
    return list(db.session.scalars(sa.select(model.id).order_by(model.id).limit(200)))


def lines(seeded: Mapping[str, Any]) -> list[str]:
    """The result in words: accounts with their passwords, and how many of what."""
    said = [f"{a['username']}  {a['password']}  {'、'.join(a['roles'])}" for a in seeded["accounts"]]
    return [*said, *(f"{kind}: {len(ids)}" for kind, ids in seeded["objects"].items())]
