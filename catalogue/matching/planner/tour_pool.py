"""Tours seen during a search, and the best choice among them: each visit in one tour, one tour for each lecturer.

A local search throws good tours away together with the bad ones beside them. Set packing over all tours that were seen
puts the good ones of different rounds together (as in Rochat and Taillard, "Probabilistic diversification and
intensification in local search for vehicle routing", 1995).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from catalogue.matching.planner.highs import whole
from catalogue.matching.planner.programme import Cancelled
from catalogue.matching.planner.sparse import Sparse

MOST_TOURS = 3000  # the dearest are kept
NODES = 200

Tour = tuple[int, ...]


class TourPool:
    """Tours by kind of lecturer; who has the same possible times is of one kind."""

    def __init__(self, kinds: Sequence[int], profit: NDArray[np.int64]) -> None:
        self.kinds, self.profit = list(kinds), profit
        self.seen: dict[tuple[int, frozenset[int]], Tour] = {}

    def keep(self, tours: Sequence[Sequence[int]]) -> None:
        """Remembers the tours; tours[i] is that of lecturer i."""
        for kind, visits in zip(self.kinds, tours, strict=True):
            if visits:
                self.seen.setdefault((kind, frozenset(visits)), tuple(visits))

    def best(self, seconds: float | None, cancelled: Cancelled = None) -> list[list[int]] | None:
        """The best tours that can be put together, one list for each lecturer; None if nothing was found."""
        rows = [(int(self.profit[list(tour)].sum()), kind, tour) for (kind, _), tour in self.seen.items()]
        rows.sort(key=lambda row: (-row[0], row[1:]))
        rows = rows[:MOST_TOURS]
        self.seen = {(kind, frozenset(tour)): tour for _, kind, tour in rows}
        kinds, visits = sorted(set(self.kinds)), len(self.profit)
        down = [index for _, kind, tour in rows for index in (*tour, visits + kinds.index(kind))]
        first = np.cumsum([0, *(len(row[2]) + 1 for row in rows)])
        matrix = Sparse(first, np.array(down, dtype=np.int64), np.ones(len(down)))
        upper = np.append(np.ones(visits), [float(self.kinds.count(kind)) for kind in kinds])
        count = len(rows)
        answer = whole(
            np.array([row[0] for row in rows], dtype=float), matrix, np.full(len(upper), -np.inf), upper,
            np.ones(count), np.ones(count, dtype=bool), np.zeros(count), seconds, NODES, 0.0, cancelled,
        )  # fmt: skip
        return None if answer.values is None else self._placed([rows[n] for n in np.flatnonzero(answer.values > 0.5)])

    def _placed(self, chosen: Sequence[tuple[int, int, Tour]]) -> list[list[int]]:
        waiting = {kind: [list(tour) for _, own, tour in chosen if own == kind] for kind in set(self.kinds)}
        return [waiting[kind].pop() if waiting[kind] else [] for kind in self.kinds]
