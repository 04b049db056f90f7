"""What is asked of the planner and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from catalogue.matching import valid
from catalogue.matching.check import Assignment
from catalogue.matching.ruling import Reason

StoppedBy = Literal["proved", "finished", "seconds", "work", "cancelled"]


@dataclass(frozen=True)
class Stop:
    """When to end, whichever comes first; without any limit the planner ends when it has nothing left to try.

    seconds: wall time from the call (or from `began` of solve) until the answer is returned.
    work: engine steps, the same on any machine; without `seconds` nothing depends on the clock.
    cancelled: asked often; True ends the search with the best plan so far.
    """

    seconds: float | None = None
    work: int | None = None
    cancelled: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None:
            valid.measure("stop.seconds", self.seconds)
        if self.work is not None:
            valid.whole("stop.work", self.work, 0, 10**15)


@dataclass(frozen=True)
class Params:
    """How to search.

    polish: exchange lessons after the linear programme until the stop, or until so many rounds in a row found nothing.
    exact: a whole-number programme that is to prove the optimum has so many columns at first, and at most four times as many.
    """

    polish: int = 3
    exact: int = 6_000

    def __post_init__(self) -> None:
        valid.whole("params.polish", self.polish)
        valid.whole("params.exact", self.exact)


@dataclass(frozen=True)
class Step:
    """One line of the trace: what was done, when, and how good plan and bound were then."""

    name: str
    seconds: float
    steps: int
    score: float
    bound: float | None
    served: int


@dataclass(frozen=True)
class Prices:
    """What the last linear programme would pay for a little more of everything, in points; only what is above zero.

    order: what serving this order costs at least, taken from others (what the places it needs are worth);
    shift: one more day of a lecturer (lecturer, day); week, month: one more lesson within the limit (lecturer, number);
    venue, committee: the same minute once more (name, minute).
    """

    order: Mapping[str, float] = field(default_factory=dict)
    shift: Mapping[tuple[str, int], float] = field(default_factory=dict)
    week: Mapping[tuple[str, int], float] = field(default_factory=dict)
    month: Mapping[tuple[str, int], float] = field(default_factory=dict)
    venue: Mapping[tuple[str, int], float] = field(default_factory=dict)
    committee: Mapping[tuple[str, int], float] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """The best plan found and how good any plan could be.

    score: of the plan, in points; bound: no plan has more (proved); gap: how much of the bound is missing, 0 … 1.
    unserved: order → why not, as the planner saw it: `nobody` (no lecturer may teach it at any time), `no_room`,
    `no_time` (its times meet no lecturer's hours), `busy` (possible lessons: `ways`; all of them given up for others).
    steps: work done, in the unit of Stop.work.
    """

    plan: tuple[Assignment, ...]
    score: float
    bound: float
    gap: float
    unserved: Mapping[str, Reason]
    trace: tuple[Step, ...]
    stopped_by: StoppedBy
    steps: int
    prices: Prices = Prices()
