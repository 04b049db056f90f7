"""The best days at given prices of shifts on which nothing is held: layers of labels, all shifts at once.

A label is a day so far. Layer k holds the days of k lessons. Backwards first: what could follow a seat at most, orders
repeated and online lessons hiding journeys allowed; only labels that this lets earn something are followed, the most
promising `width` of each shift; what the others could have become still counts in the bound.
"""

from dataclasses import dataclass

import numpy as np

from catalogue.matching.planner.chains import NEVER, WIDE, Chains
from catalogue.matching.planner.intervals import Flag, Whole, ranges
from catalogue.matching.planner.master import Columns
from catalogue.matching.planner.places import Real
from catalogue.matching.terms import DAY

MITE = 1e-7  # points that are no difference
AT_ONCE = 400_000  # extensions of labels looked at together: bounds the memory


@dataclass(frozen=True)
class Layer:
    """Labels of equally many lessons; `before`: the label of the layer before, `body`: the last stand with a place, −1: none;
    points: ways paid up to the body; hope: what the day can net at most."""

    stand: Whole
    body: Whole
    points: Real
    hope: Real
    memory: Whole  # labels × words: orders as bits
    halves: Whole
    before: Whole

    def take(self, which: Whole | Flag) -> "Layer":
        """Some of the labels."""
        return Layer(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Found:
    """Of each shift of the chains: what no day exceeds; is there more to be found by following more labels? Days."""

    most: Real
    more: Flag
    columns: Columns
    labels: int


class FreeDays:
    """Searches one set of chains at one set of prices."""

    def __init__(self, chains: Chains, net: Real) -> None:
        """net: of every seat of the model."""
        self.chains, self.net = chains, net[chains.seats]
        self.place = chains.place[chains.group]
        self.home = chains.home[chains.group]
        self.follow, self.later = self._completions()
        self.better = chains.next_better(self.net, MITE)
        self.top = np.full(len(chains.shifts), NEVER)
        last = np.minimum(chains.most[chains.shift], len(self.follow)) - 1
        np.maximum.at(self.top, chains.shift, self.follow[last, np.arange(len(self.net))] - self.home)

    def _completions(self) -> tuple[Real, Real]:
        """follow[k, i]: the most that a chain from stand i on of at most k + 1 lessons can net, the way home paid;
        later[k, i]: the same from i or a later stand of its group on."""
        chains = self.chains
        last = self.net - self.home
        follow, later = [last], [chains.best_from(last)]
        some = np.flatnonzero(np.diff(chains.first))
        starts = chains.first[some]
        while len(follow) < int(chains.most.max(initial=1)) and len(some):
            longer = last.copy()
            onward = np.maximum.reduceat(later[-1][chains.to] - chains.way, starts)
            longer[some] = np.maximum(longer[some], self.net[some] + onward)
            if np.array_equal(longer, follow[-1]):
                break
            follow.append(longer)
            later.append(chains.best_from(longer))
        return np.array(follow), np.array(later)

    # --- forwards -----------------------------------------------------------------------------------------------

    def search(self, least: Real, width: int, many: int) -> Found:
        """For each shift up to `many` days that net more than `least`, following `width` labels a layer."""
        self.least, self.lost, self.labels = least, np.full(len(least), NEVER), 0
        layers: list[Layer] = []
        layer = self._narrowed(self._roots(), width)
        while len(layer.stand):
            layers.append(layer)
            self.labels += len(layer.stand)
            layer = self._narrowed(self._longer(layer, len(layers)), width)
        return self._answer(layers, many)

    def _roots(self) -> Layer:
        chains = self.chains
        left = np.minimum(chains.most[chains.shift], len(self.follow)) - 1
        hope = self.follow[left, np.arange(len(left))] - self.home
        hope[chains.most[chains.shift] < 1] = NEVER
        stands = np.flatnonzero(hope > self.least[chains.shift])
        count = len(stands)
        memory = np.zeros((count, chains.words), dtype=np.int64)
        memory[np.arange(count), chains.word[stands]] = chains.bit[stands]
        body = np.where(self.place[stands] >= 0, stands, -1)
        points = self.net[stands] - self.home[stands]
        return Layer(stands, body, points, hope[stands], memory, chains.half[stands], np.full(count, -1))

    def _longer(self, layer: Layer, lessons: int) -> Layer:
        """All labels with one lesson more that are still worth following."""
        count = np.diff(self.chains.first)[layer.stand]
        parts, low = [], 0
        total = np.cumsum(count)
        while low < len(count):
            done = total[low] - count[low]
            high = max(low + 1, int(np.searchsorted(total, done + AT_ONCE)))
            parts.append(self._extended(layer, np.arange(low, min(high, len(count))), lessons))
            low = high
        if not parts:
            return layer
        return Layer(*(np.concatenate([getattr(part, name) for part in parts]) for name in layer.__dataclass_fields__))

    def _extended(self, layer: Layer, which: Whole, lessons: int) -> Layer:
        chains = self.chains
        left = chains.most[chains.shift[layer.stand[which]]] - lessons
        which = which[left > 0]
        last = layer.stand[which]
        arc, source = ranges(chains.first[last], np.diff(chains.first)[last])
        source = which[source]
        to = chains.to[arc].astype(np.int64)
        fine = (layer.memory[source, chains.word[to]] & chains.bit[to]) == 0
        source, to, way = source[fine], to[fine], chains.way[arc[fine]]
        source, to, way = self._seen_through(layer, source, to, way)
        shift = chains.shift[to]
        depth = np.minimum(chains.most[shift] - lessons, len(self.follow)) - 1
        base = layer.points[source] - way
        fine = base + self.later[depth, to] > self.least[shift]
        source, to, base, depth = source[fine], to[fine], base[fine], depth[fine]
        kept: list[tuple[Whole, Whole, Real, Real]] = []
        while len(to):
            hope = base + self.follow[depth, to]
            fine = hope > self.least[chains.shift[to]]
            kept.append((source[fine], to[fine], base[fine], hope[fine]))
            following = self.better[to]
            on = following >= 0
            source, to, base, depth = source[on], following[on], base[on], depth[on]
        if not kept:
            return layer.take(np.zeros(0, dtype=np.int64))
        source, to, base, hope = (np.concatenate(column) for column in zip(*kept, strict=True))
        memory = layer.memory[source]
        memory[np.arange(len(to)), chains.word[to]] |= chains.bit[to]
        body = np.where(self.place[to] >= 0, to, layer.body[source])
        points = base + self.net[to]
        made = Layer(to, body, points, hope, memory, layer.halves[source] | chains.half[to], source)
        if chains.halves is None:
            return made
        begun = sum((made.halves >> half) & 1 for half in range(4))
        return made.take(begun <= chains.halves[chains.shift[to]])

    def _seen_through(self, layer: Layer, source: Whole, to: Whole, way: Real) -> tuple[Whole, Whole, Real]:
        """After an online lesson the way from the last place counts, and the way from home if there was none."""
        chains, model = self.chains, self.chains.model
        hidden = np.flatnonzero((self.place[layer.stand[source]] < 0) & (self.place[to] >= 0))
        if not len(hidden):
            return source, to, way
        body, there = layer.body[source[hidden]], to[hidden]
        km = model.places.km(self.place[np.maximum(body, 0)], self.place[there])
        away = body >= 0
        way[hidden] = np.where(away, model.problem.weights.km * km, self.home[there])
        seat = chains.seats[np.maximum(body, 0)]
        free = model.end[seat] - model.start[seat] // DAY * DAY + model.problem.travel.setup_min
        ready = np.minimum(free + model.places.minutes_of(km), WIDE - 1)
        soonest = np.searchsorted(chains.key, chains.group[there] * WIDE + ready)
        to[hidden] = np.where(away, np.maximum(there, soonest), there)
        fine = np.ones(len(to), dtype=bool)
        fine[hidden] = to[hidden] < chains.group_end[chains.group[there]]
        return source[fine], to[fine], way[fine]

    def _narrowed(self, layer: Layer, width: int) -> Layer:
        """Without labels that another is as good as, and the most promising of each shift only."""
        chains = self.chains
        if not len(layer.stand):
            return layer
        group = chains.group[layer.stand]
        body = np.where(self.place[layer.stand] >= 0, -1, layer.body)
        keys = [-layer.points, layer.stand, layer.halves, body, *layer.memory.T, group]
        by = np.lexsort(keys)
        new = np.zeros(len(by), dtype=bool)
        for column in keys[2:]:
            new[1:] |= np.diff(column[by]) != 0
        new[0] = True
        points = layer.points[by]
        # the first of each lot is the soonest; a later one stays only if it has more points than all before it
        fresh = _records(points, new)
        layer = layer.take(by[fresh])
        shift = chains.shift[layer.stand]
        if not (np.bincount(shift) > width).any():
            return layer
        by = np.lexsort((-layer.hope, shift))
        first = np.append(0, np.cumsum(np.bincount(shift, minlength=len(chains.shifts))))
        rank = np.arange(len(by)) - first[shift[by]]
        np.maximum.at(self.lost, shift[by[rank >= width]], layer.hope[by[rank >= width]])
        return layer.take(np.sort(by[rank < width]))

    # --- the answer ---------------------------------------------------------------------------------------------

    def _answer(self, layers: list[Layer], many: int) -> Found:
        chains = self.chains
        level, index, value = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
        for number, layer in enumerate(layers):
            back = np.where(layer.body >= 0, self.home[layer.body], 0.0)
            nets = layer.points - back
            good = np.flatnonzero(nets > self.least[chains.shift[layer.stand]])
            level.append(np.full(len(good), number))
            index.append(good)
            value.append(nets[good])
        depth, at, nets = np.concatenate(level), np.concatenate(index), np.concatenate(value)
        stand, memory = np.zeros(len(at), np.int64), np.zeros((len(at), chains.words), np.int64)
        for number, layer in enumerate(layers):
            mine = depth == number
            stand[mine], memory[mine] = layer.stand[at[mine]], layer.memory[at[mine]]
        shift = chains.shift[stand]
        best = np.full(len(chains.shifts), NEVER)
        np.maximum.at(best, shift, nets)
        by = np.lexsort((-nets, *memory.T, shift))
        new = np.ones(len(by), dtype=bool)
        new[1:] = np.diff(shift[by]) != 0
        for column in memory.T:
            new[1:] |= np.diff(column[by]) != 0
        by = by[new]
        by = by[np.lexsort((-nets[by], shift[by]))]
        first = np.append(0, np.cumsum(np.bincount(shift[by], minlength=len(chains.shifts))))
        chosen = by[np.arange(len(by)) - first[shift[by]] < many]
        columns = self._columns(layers, depth[chosen], at[chosen], nets[chosen], shift[chosen])
        most = np.maximum(np.maximum(best, self.lost), np.minimum(self.top, self.least))
        most = np.minimum(most, np.maximum(self.top, best))
        return Found(most, self.lost > np.maximum(best, self.least), columns, self.labels)

    def _columns(self, layers: list[Layer], depth: Whole, at: Whole, nets: Real, shift: Whole) -> Columns:
        """Days from the last label of each back to the first."""
        chains = self.chains
        owners, stands = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        level, now = depth.copy(), at.copy()
        for number in range(len(layers) - 1, -1, -1):
            mine = np.flatnonzero(level == number)
            owners.append(mine)
            stands.append(layers[number].stand[now[mine]])
            now[mine] = layers[number].before[now[mine]]
            level[mine] -= 1
        owner, stand = np.concatenate(owners), np.concatenate(stands)
        by = np.lexsort((chains.key[stand] % WIDE, owner))
        owner, stand = owner[by], stand[by]
        seats = chains.seats[stand]
        gained = np.bincount(owner, chains.model.value[seats] - self.net[stand], len(nets))
        first = np.append(0, np.cumsum(np.bincount(owner, minlength=len(nets)))).astype(np.int64)
        return Columns(chains.shifts[shift], nets + gained, first, seats)


def _records(points: Real, new: Flag) -> Flag:
    """Which have more points than all before them since the last `new`?"""
    lot = np.cumsum(new) - 1
    rank = np.empty(len(points))
    rank[np.argsort(points, kind="stable")] = np.arange(len(points))
    reach = np.maximum.accumulate(rank + lot * float(len(points) + 1))
    found: Flag = new.copy()
    found[1:] |= rank[1:] + lot[1:] * float(len(points) + 1) > reach[:-1]
    return found
