"""What an organisation was called on the day of a row: an order of October keeps October's name.

Costs no statement while nothing on the page was renamed since (Organisation.renamed_on says so), and one a page otherwise.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalogue.core import clock
from catalogue.core.db import db, run
from catalogue.core.words import _
from catalogue.organisations.models import Organisation, OrganisationName

_NAMES = (
    sa.select(OrganisationName.organisation_id, OrganisationName.name, OrganisationName.valid_from)
    .where(OrganisationName.organisation_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(OrganisationName.organisation_id, OrganisationName.valid_from)
)


class Known(NamedTuple):
    """An organisation as a row of a list has it."""

    id: int
    name: str
    renamed_on: date | None


Key = tuple[int, date]  # an organisation's names of before its last change never change again


def name_on_day(organisation: Any, when: date | datetime | None) -> str:
    """The name in force on a day (or at an instant); today's for a day to come and for None.

    `organisation` has id, name and renamed_on: the row itself, or a row of a list. The first name holds for days before it.
    """
    since: date | None = organisation.renamed_on
    if since is None or when is None:
        return str(organisation.name)
    day = clock.day_of(when) if isinstance(when, datetime) else when
    if day >= since:
        return str(organisation.name)
    before = _before(organisation.id, since)
    return next((name for name, first in reversed(before) if first <= day), before[0][0])


def called(organisation: Any, when: date | datetime | None) -> str:
    """The same as a page says it: 湾塘社区（现 湾塘新村） where the name is another today."""
    then, today = name_on_day(organisation, when), str(organisation.name)
    return then if then == today else _("%(then)s（现 %(today)s）", then=then, today=today)


def expect(rows: Iterable[Any]) -> None:
    """Reads the earlier names of many (id, renamed_on) at once, for lists whose rows are no organisations."""
    wanted = {(row.id, row.renamed_on) for row in rows if row.renamed_on is not None}
    if wanted:
        _read(wanted)


def _before(organisation_id: int, since: date) -> list[tuple[str, date]]:
    """(name, first day) of the names before the last change, oldest first."""
    key, known = (organisation_id, since), _known()
    if key not in known:
        _read({key, *_on_the_page()})
    return known[key]


def _known() -> dict[Key, list[tuple[str, date]]]:
    found: dict[Key, list[tuple[str, date]]] = db.session().info.setdefault("earlier_names", {})
    return found


def _on_the_page() -> Iterable[Key]:
    """Every renamed organisation this request has loaded, so that a page asks once."""
    loaded = [row for row in db.session().identity_map.values() if isinstance(row, Organisation)]
    for row in loaded:
        since = vars(row).get("renamed_on")  # not there: expired, and not worth a statement
        if since is not None:
            yield (row.id, since)


def _read(wanted: set[Key]) -> None:
    known = _known()
    fresh = {key: list[tuple[str, date]]() for key in wanted - known.keys()}
    if not fresh:
        return
    since_of = dict(fresh.keys())
    for organisation_id, name, first in run(_NAMES, {"ids": sorted(since_of)}):
        if first < since_of[organisation_id]:
            fresh[organisation_id, since_of[organisation_id]].append((name, first))
    known |= fresh
