"""News of the tree, for features to the right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrganisationMoved:
    """An organisation and everything below it now belongs to another town or district."""

    organisation_id: int


@dataclass(frozen=True)
class OrganisationsMerged:
    """These identities ended and went on as one."""

    predecessor_ids: tuple[int, ...]
    successor_id: int


@dataclass(frozen=True)
class OrganisationEnded:
    """An identity ended: it orders nothing any more."""

    organisation_id: int
