"""What an organisation was called on the day of a row: an order of October keeps October's name.

One that merged is called by its successor's name after its last day: 塘湾社区（原下塘社区）. Costs no statement while nothing on
the page was renamed or ended (Organisation.renamed_on and ended_on say so), and one a page for each of the two otherwise.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalogue.core import clock
from catalogue.core.db import db, run
from catalogue.core.words import _
from catalogue.organisations.models import Organisation, OrganisationLink, OrganisationName

_NAMES = (
    sa.select(OrganisationName.organisation_id, OrganisationName.name, OrganisationName.valid_from)
    .where(OrganisationName.organisation_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(OrganisationName.organisation_id, OrganisationName.valid_from)
)
_HEIRS = (
    sa.select(
        OrganisationLink.predecessor_id, Organisation.id, Organisation.name, Organisation.renamed_on, Organisation.ended_on,
        Organisation.started_on,
    )
    .join(Organisation, Organisation.id == OrganisationLink.successor_id)
    .where(OrganisationLink.predecessor_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(OrganisationLink.predecessor_id, Organisation.sort_key, Organisation.id)
)  # fmt: skip


class Known(NamedTuple):
    """An organisation as a row of a list has it."""

    id: int
    name: str
    renamed_on: date | None
    ended_on: date | None = None


Key = tuple[int, date]  # an organisation's names of before its last change never change again


def name_on_day(organisation: Any, when: date | datetime | None) -> str:
    """The name in force on a day (or at an instant); today's for a day to come and for None.

    `organisation` has id, name, renamed_on and ended_on: the row itself, or a row of a list. The first name holds for days
    before it. After its last day one that merged is called what its successor is called; one that was split, or simply
    ended, keeps its last name.
    """
    day = clock.day_of(when) if isinstance(when, datetime) else when
    last: date | None = organisation.ended_on
    if last is not None and (day is None or day > last):
        heirs = _heirs_on(organisation, day)
        if len(heirs) == 1:
            return name_on_day(heirs[0], day)
        day = last
    since: date | None = organisation.renamed_on
    if since is None or day is None or day >= since:
        return str(organisation.name)
    before = _before(organisation.id, since)
    return next((name for name, first in reversed(before) if first <= day), before[0][0])


def called(organisation: Any, when: date | datetime | None) -> str:
    """The same as a page says it: 湾塘社区（现 湾塘新村） where the name is another today, 塘湾社区（原下塘社区） after a merge."""
    then, today = name_on_day(organisation, when), _today(organisation)
    said = then if then == today else _("%(then)s（现 %(today)s）", then=then, today=today)
    day, last = clock.day_of(when) if isinstance(when, datetime) else when, organisation.ended_on
    if last is None or (day is not None and day <= last):
        return said
    own = name_on_day(organisation, last)
    return said if own == then else _("%(said)s（原%(own)s）", said=said, own=own)


def _today(organisation: Any) -> str:
    """The name people find it by today: its own, that of the living one it merged into, or of those it was split into."""
    if organisation.ended_on is None:
        return str(organisation.name)
    living = [one.name for one in _heirs(organisation) if one.ended_on is None]
    return "、".join(living) if living else name_on_day(organisation, organisation.ended_on)


def expect(rows: Iterable[Any]) -> None:
    """Reads the earlier names and the successors of many (id, renamed_on, ended_on) at once, for lists whose rows are no organisations."""
    rows = list(rows)
    wanted = {(row.id, row.renamed_on) for row in rows if row.renamed_on is not None}
    ended = {row.id for row in rows if row.ended_on is not None}
    if wanted:
        _read(wanted)
    if ended:
        _read_heirs(ended)


def _heirs_on(organisation: Any, day: date | None) -> list[Any]:
    """Who stood in its place on a day after its last one; the living ones for None."""
    return [
        one
        for one in _heirs(organisation)
        if (
            one.ended_on is None
            if day is None
            else one.started_on <= day and (one.ended_on is None or day <= one.ended_on)
        )
    ]


def _heirs(organisation: Any) -> list[Any]:
    known: dict[int, list[Any]] = db.session().info.setdefault("heirs", {})
    if organisation.id not in known:
        _read_heirs({organisation.id, *(row.id for row in _loaded() if vars(row).get("ended_on") is not None)})
    return known[organisation.id]


def _read_heirs(ids: set[int]) -> None:
    known: dict[int, list[Any]] = db.session().info.setdefault("heirs", {})
    fresh = sorted(ids - known.keys())
    if fresh:
        known |= {i: [] for i in fresh}
        for row in run(_HEIRS, {"ids": fresh}):
            known[row.predecessor_id].append(row)


def _before(organisation_id: int, since: date) -> list[tuple[str, date]]:
    """(name, first day) of the names before the last change, oldest first."""
    key, known = (organisation_id, since), _known()
    if key not in known:
        _read({key, *_on_the_page()})
    return known[key]


def _known() -> dict[Key, list[tuple[str, date]]]:
    found: dict[Key, list[tuple[str, date]]] = db.session().info.setdefault("earlier_names", {})
    return found


def _loaded() -> list[Any]:
    """Every organisation this request has loaded, so that a page asks once."""
    return [row for row in db.session().identity_map.values() if isinstance(row, Organisation)]


def _on_the_page() -> Iterable[Key]:
    """Every renamed organisation among them."""
    for row in _loaded():
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
