"""Sparse matrices, as little of them as the programmes need: scipy.sparse would cost 27 MB and half a second to load."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalogue.matching.planner.intervals import Flag, Whole
from catalogue.matching.planner.places import Real


@dataclass(frozen=True)
class Sparse:
    """Line after line (columns or rows, as was asked): line k is index[first[k] … first[k + 1] − 1] with these values."""

    first: Whole
    index: Whole
    value: Real

    def __len__(self) -> int:
        return len(self.first) - 1

    def owner(self) -> Whole:
        """The line of each entry."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def times(self, amount: Real, across: int) -> Real:
        """The sum of all lines, each taken by its amount, at each of `across` indices."""
        return np.bincount(self.index, self.value * amount[self.owner()], across).astype(np.float64)

    def touching(self, marked: Flag) -> Flag:
        """The lines with an entry at a marked index."""
        return np.bincount(self.owner(), marked[self.index], len(self)) > 0


def sparse(line: Whole, index: Whole, value: Real, lines: int, across: int) -> Sparse:
    """A matrix from its entries; equal places add up."""
    key = line.astype(np.int64) * across + index
    by = np.argsort(key, kind="stable")
    key = key[by]
    new = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    value = np.add.reduceat(value[by], new) if len(new) else np.zeros(0)
    return Sparse(np.searchsorted(key[new], np.arange(lines + 1) * across), key[new] % max(1, across), value)


def stacked(parts: Sequence[Sparse]) -> Sparse:
    """The lines of all parts one after the other."""
    count = np.concatenate([np.diff(part.first) for part in parts])
    index, value = (np.concatenate([getattr(part, name) for part in parts]) for name in ("index", "value"))
    return Sparse(np.append(0, np.cumsum(count)), index, value)
