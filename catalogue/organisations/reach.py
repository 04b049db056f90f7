"""Keeps organisation_reach equal to the tree: an arrow leads from parent to child and from successor to predecessor, reach is all of them chained."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.organisations.models import Organisation, OrganisationLink, OrganisationReach

CHUNK = 500


def arrows() -> dict[int, set[int]]:
    """Child or predecessor → parents and successors, for the whole city."""
    found: dict[int, set[int]] = {}
    for child, parent in db.session.execute(sa.select(Organisation.id, Organisation.parent_id)):
        found.setdefault(child, set()).update([parent] if parent is not None else [])
    for predecessor, successor in db.session.execute(
        sa.select(OrganisationLink.predecessor_id, OrganisationLink.successor_id)
    ):
        found[predecessor].add(successor)
    return found


def above(child: int, up: Mapping[int, set[int]]) -> set[int]:
    """Everything from which an arrow leads to this one, itself included."""
    seen, waiting = {child}, [child]
    while waiting:
        fresh = up.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return seen


def add(child: int, parent: int | None) -> None:
    """A new organisation: it is reached by whatever reaches its parent."""
    rows = [{"ancestor_id": child, "descendant_id": child}]
    if parent is not None:
        ancestors = db.session.scalars(
            sa.select(OrganisationReach.ancestor_id).where(OrganisationReach.descendant_id == parent)
        )
        rows += [{"ancestor_id": a, "descendant_id": child} for a in ancestors]
    db.session.execute(sa.insert(OrganisationReach), rows)


def renew(organisation_ids: Iterable[int]) -> None:
    """Works out anew what reaches these organisations and everything they reach."""
    db.session.flush()
    query = sa.select(OrganisationReach.descendant_id).where(OrganisationReach.ancestor_id.in_(list(organisation_ids)))
    touched = sorted(set(db.session.scalars(query)))
    up = arrows()
    rows = [{"ancestor_id": a, "descendant_id": d} for d in touched for a in sorted(above(d, up))]
    for start in range(0, len(touched), CHUNK):
        some = touched[start : start + CHUNK]
        db.session.execute(
            sa.delete(OrganisationReach).where(OrganisationReach.descendant_id.in_(some)),
            execution_options={"synchronize_session": False},
        )
    if rows:
        db.session.execute(sa.insert(OrganisationReach), rows)
