"""A ranking as it was decided: to JSON and back, the points worked out again and compared on the way in."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from catalogue.matching.candidates import Fact, Funnel, Missing, Ranking, Sieve
from catalogue.matching.points import PREFERENCES, Points
from catalogue.matching.problem import Weights
from catalogue.matching.ruling import Reason
from catalogue.matching.search import Candidate, Placement
from catalogue.matching.terms import Mode
from catalogue.matching.ways import WayOut

VERSION = 1
Frozen = dict[str, Any]


def as_data(ranking: Ranking) -> Frozen:
    """A ranking as plain JSON values; it contains the weights, so that the totals can be worked out again."""
    funnel = ranking.funnel
    return {
        "version": VERSION,
        "order": ranking.order,
        "able": ranking.able,
        "candidates": [_candidate(one) for one in ranking.candidates],
        "facts": [asdict(fact) for fact in ranking.facts],
        "funnel": {name: _sieve(getattr(funnel, name)) for name in ("times", "venues", "lecturers")}
        | {
            "reasons": {lecturer: _reason(reason) for lecturer, reason in funnel.reasons.items()},
            "unqualified": list(funnel.unqualified),
        },
        "ways": [
            {"kind": way.kind, "change": dict(way.change), "cost": way.cost, "candidate": _candidate(way.candidate)}
            for way in ranking.ways
        ],
        "missing": None if ranking.missing is None else _missing(ranking.missing),
    }


def from_data(frozen: Mapping[str, Any]) -> Ranking:
    """The ranking of as_data. Raises ValueError if it is malformed or a total is not the sum of its points."""
    try:
        if frozen["version"] != VERSION:
            raise ValueError(f"ranking.version: {frozen['version']!r} is not known")
        return _ranking(frozen)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"ranking: is not what as_data writes ({type(error).__name__}: {error})") from error


def candidate_from_data(frozen: Mapping[str, Any]) -> Candidate:
    """One candidate; ValueError if its total is not the sum of its points."""
    chosen = frozen["placement"]
    placement = Placement(
        chosen["order"], chosen["lecturer"], chosen["venue"], Mode(chosen["mode"]), chosen["start"], chosen["end"]
    )
    points = Points({one.code: frozen["amounts"][one.code] for one in PREFERENCES}, Weights(**frozen["weights"]))
    if points.total != frozen["total"]:
        raise ValueError(f"candidates[{placement.lecturer}].total: {frozen['total']} is not the sum {points.total}")
    return Candidate(placement, points)


def _ranking(frozen: Mapping[str, Any]) -> Ranking:
    funnel, missing = frozen["funnel"], frozen["missing"]
    reasons = {lecturer: _reason_from(one) for lecturer, one in funnel["reasons"].items()}
    return Ranking(
        order=frozen["order"],
        candidates=tuple(candidate_from_data(one) for one in frozen["candidates"]),
        able=frozen["able"],
        facts=tuple(Fact(**one) for one in frozen["facts"]),
        funnel=Funnel(
            _sieve_from(funnel["times"]),
            _sieve_from(funnel["venues"]),
            _sieve_from(funnel["lecturers"]),
            reasons,
            tuple(funnel.get("unqualified", ())),  # what was decided before these were kept has none
        ),
        ways=tuple(
            WayOut(one["kind"], one["change"], one["cost"], candidate_from_data(one["candidate"]))
            for one in frozen["ways"]
        ),
        missing=None if missing is None else Missing(missing["code"], missing["resource"], _pairs(missing["counts"])),
    )


def _candidate(one: Candidate) -> Frozen:
    placement = asdict(one.placement) | {"mode": one.placement.mode.value}
    points = {preference.code: one.points.of(preference) for preference in PREFERENCES}
    weights = asdict(one.points.weights)
    return {
        "placement": placement,
        "amounts": dict(one.points.amounts),
        "points": points,
        "weights": weights,
        "total": one.total,
    }


def _missing(missing: Missing) -> Frozen:
    return {"code": missing.code, "resource": missing.resource, "counts": [list(pair) for pair in missing.counts]}


def _reason(reason: Reason) -> Frozen:
    return {"code": reason.code, "params": dict(reason.params)}


def _reason_from(frozen: Mapping[str, Any]) -> Reason:
    return Reason(frozen["code"], dict(frozen["params"]))


def _sieve(sieve: Sieve) -> Frozen:
    return {"total": sieve.total, "removed": [list(pair) for pair in sieve.removed]}


def _sieve_from(frozen: Mapping[str, Any]) -> Sieve:
    return Sieve(frozen["total"], _pairs(frozen["removed"]))


def _pairs(pairs: Any) -> tuple[tuple[str, int], ...]:
    return tuple((str(code), int(count)) for code, count in pairs)
