"""The first day of an installation: the city and one system administrator, who opens everything else in the browser."""

from datetime import datetime

from catalogue.accounts import keys
from catalogue.accounts import operations as people
from catalogue.accounts.passwords import new_start
from catalogue.core import clock
from catalogue.core.actor import Role, job
from catalogue.core.db import transaction
from catalogue.organisations import operations as organisations
from catalogue.seeds.cast import Seeded

BY = job("install")


def fill(*, at: datetime) -> Seeded:
    """The city organisation and `sysadmin1` with a one-time start code (14 days), which is the password printed."""
    start = new_start()
    with transaction(writes=True):
        city = organisations.create(
            parent=None, kind="city", name="上海市", code="310000", latitude=31.2304, longitude=121.4737, by=BY, at=at
        )
        person = people.create_person(city, "系统管理员", by=BY, at=at, post="系统管理员")
        people.grant(person, Role.SYSTEM_ADMINISTRATOR, city, starts_on=clock.day_of(at), by=BY, at=at)
        keys.create_account(person, "sysadmin1", start, by=BY, at=at)
        account = {
            "username": "sysadmin1", "password": start.code, "roles": [Role.SYSTEM_ADMINISTRATOR.value], "organisation_id": city.id,
        }  # fmt: skip
        return Seeded([account], {"organisation": [city.id]})
