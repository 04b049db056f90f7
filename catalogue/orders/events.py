"""News of orders: ids only. Features to the right react in the same transaction."""

from dataclasses import dataclass

from catalogue.orders.states import State


@dataclass(frozen=True)
class OrderSubmitted:
    order_id: int


@dataclass(frozen=True)
class OrderReturned:
    order_id: int


@dataclass(frozen=True)
class OrderRejected:
    order_id: int


@dataclass(frozen=True)
class OrderApproved:
    order_id: int


@dataclass(frozen=True)
class OrderCancelled:
    """`from_state` tells what hangs on it: a planned order has offers, a scheduled one a lesson."""

    order_id: int
    from_state: State


@dataclass(frozen=True)
class OrderUnmet:
    order_id: int
