"""What the arrays of a finished run mean to people: prices by name, and why an order has no lesson."""

from collections.abc import Iterable, Mapping

import numpy as np

from catalogue.matching.planner.answer import Prices
from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.intervals import SHIFT, STRIDE, Whole
from catalogue.matching.planner.master import Master
from catalogue.matching.planner.places import Real
from catalogue.matching.problem import Lecturer, Order
from catalogue.matching.ruling import Reason
from catalogue.matching.terms import Mode

PENNY = 1e-6  # a price below this is none


def prices_of(master: Master, prices: Real) -> Prices:
    """The prices of the programme's rows by the names of what they are for; only those above zero."""
    model, problem = master.model, master.model.problem
    orders = [(problem.orders[row].id, prices[row]) for row in range(len(problem.orders))]
    shifts = zip(model.shift_lecturer.tolist(), model.shift_day.tolist(), prices[master.shift_row :], strict=False)
    by_owner = _clash_prices(master, prices)
    committees = list(dict.fromkeys(order.committee for order in problem.orders))
    rooms = {
        (problem.venues[owner].id, minute): price
        for (owner, minute), price in by_owner.items()
        if owner < master.clashes.rooms
    }
    groups = {
        (committees[owner - master.clashes.rooms], minute): price
        for (owner, minute), price in by_owner.items()
        if 0 <= owner - master.clashes.rooms < len(committees)
    }
    return Prices(
        order={name: float(price) for name, price in orders if price > PENNY},
        shift={(problem.lecturers[who].id, day): float(price) for who, day, price in shifts if price > PENNY},
        week=_by_period(model, master.week_row, model.week, prices),
        month=_by_period(model, master.month_row, model.month, prices) if (master.month_row >= 0).any() else {},
        venue=rooms,
        committee=groups,
    )


def _by_period(model: Compiled, rows: Whole, period: Whole, prices: Real) -> dict[tuple[str, int], float]:
    """Prices of rows that are about a lecturer and a week or month."""
    used, seat = np.unique(rows, return_index=True)
    lecturers = model.problem.lecturers
    return {
        (lecturers[int(model.lecturer[where])].id, int(period[where])): float(prices[row])
        for row, where in zip(used.tolist(), seat.tolist(), strict=True)
        if row >= 0 and prices[row] > PENNY
    }


def _clash_prices(master: Master, prices: Real) -> dict[tuple[int, int], float]:
    clashes = master.clashes
    found = {}
    for key, number in zip(clashes.keys.tolist(), clashes.number.tolist(), strict=True):
        row = master.rows + number
        price = float(prices[row]) if row < len(prices) else 0.0
        if price > PENNY:
            found[(key - SHIFT) // STRIDE, (key - SHIFT) % STRIDE] = price
    return found


def reasons(model: Compiled, seats: Iterable[int], prices: Mapping[str, float]) -> dict[str, Reason]:
    """Why each order without a lesson has none; `price`: what its place would cost others, if that is known."""
    served = {int(model.order[seat]) for seat in seats}
    first = model.by_order[1]
    found = {}
    for number, order in enumerate(model.problem.orders):
        if number in served:
            continue
        ways = int(first[number + 1] - first[number])
        if ways:
            found[order.id] = Reason("busy", {"ways": ways, "price": round(prices.get(order.id, 0.0))})
        elif not any(may_teach(lecturer, order) for lecturer in model.problem.lecturers):
            found[order.id] = Reason("nobody")
        elif not model.spots[number] and Mode.VENUE in order.modes and model.times[number]:
            found[order.id] = Reason("no_room")
        else:
            found[order.id] = Reason("no_time")
    return found


def may_teach(lecturer: Lecturer, order: Order) -> bool:
    """Is the lecturer qualified, appointed, willing and of the corps for this order on some day?"""
    if lecturer.id in order.excluded or (lecturer.areas is not None and not lecturer.areas & order.areas):
        return False
    trained = any(one.trial_given for one in lecturer.qualified_for(order.course))
    here = any(one.areas is None or one.areas & order.areas for one in lecturer.appointments)
    return trained and here and (order.corps is None or any(one.corps == order.corps for one in lecturer.corps))
