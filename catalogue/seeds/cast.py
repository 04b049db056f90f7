"""Who acts in a seeded installation: people with accounts of a known password, and everybody as an actor."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalogue.accounts import keys
from catalogue.accounts import operations as people
from catalogue.accounts import queries as accounts
from catalogue.accounts.models import Person
from catalogue.accounts.passwords import HASHER, Start
from catalogue.core.actor import Actor, Role, job
from catalogue.core.db import db
from catalogue.lecturers.models import Lecturer
from catalogue.organisations.models import Organisation

LONG_AGO = date(2020, 1, 1)
SEEDER = job("seed")
PASSWORD = "songxue-demo"  # of every account of a demonstration, printed by the command
Row = dict[str, Any]


def hashed(password: str, seed: int) -> str:
    """The argon2 hash of a known password; the salt follows from the seed, so that the same seed makes the same rows."""
    return HASHER.hash(password, salt=hashlib.sha256(f"{seed}:{password}".encode()).digest()[:16])


@dataclass
class Seeded:
    """What a seed made, as the command prints it."""

    accounts: list[Row] = field(default_factory=list)
    objects: dict[str, list[int]] = field(default_factory=dict)

    def note(self, kind: str, thing_id: int) -> None:
        self.objects.setdefault(kind, []).append(thing_id)

    def as_json(self) -> Row:
        return {"accounts": self.accounts, "objects": self.objects}


class Cast:
    """People of one seed by user name, and their actors."""

    def __init__(self, seed: int, at: datetime) -> None:
        self.at = at
        self.seeded = Seeded()
        self._start = Start(PASSWORD, hashed(PASSWORD, seed))
        self._people: dict[str, Person] = {}
        self._actors: dict[int, Actor] = {}

    def person(self, username: str) -> Person:
        return self._people[username]

    def enters(
        self, username: str, name: str, organisation: Organisation, roles: Sequence[tuple[Role, Organisation]], *, phone: str = "",
        post: str = "",
    ) -> Person:  # fmt: skip
        """A person with roles since long ago and an account whose password need not be changed."""
        person = people.create_person(organisation, name, by=SEEDER, at=self.at, phone=phone, post=post)
        for role, place in roles:
            people.grant(person, role, place, starts_on=LONG_AGO, by=SEEDER, at=self.at)
        self.opens(username, person, [role for role, _place in roles], roles[0][1] if roles else organisation)
        return person

    def opens(self, username: str, person: Person, roles: Sequence[Role], organisation: Organisation) -> None:
        """An account of the known password for a person."""
        keys.create_account(person, username, self._start, by=SEEDER, at=self.at, must_change=False)
        self._people[username] = person
        self.seeded.accounts.append(
            {"username": username, "password": PASSWORD, "roles": [r.value for r in roles], "organisation_id": organisation.id}
        )  # fmt: skip

    def actor(self, username: str) -> Actor:
        """The person of a user name as an actor."""
        return self.actor_of(self._people[username])

    def actor_of(self, person: Person) -> Actor:
        """A person as an actor, for their first organisation; a lecturer also as that."""
        if person.id not in self._actors:
            lecturer_id = db.session.scalar(sa.select(Lecturer.id).where(Lecturer.person_id == person.id))
            found = accounts.actor_for(person.id, person.name, self.at, lecturer_id=lecturer_id)
            first = found.memberships[0].organisation_id if found.memberships else None
            self._actors[person.id] = accounts.actor_for(
                person.id, person.name, self.at, lecturer_id=lecturer_id, acting_for=first
            )
        return self._actors[person.id]
