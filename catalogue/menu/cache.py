"""Figures that may be five seconds old, kept per process: facet counts, words, who offers what. Off in tests."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

from flask import current_app

SECONDS = 5.0
MOST = 500
_KEY = "songxue.menu_cache"
T = TypeVar("T")


def kept(key: Hashable, make: Callable[[], T], seconds: float = SECONDS) -> T:
    """The value made for this key less than so many seconds ago, else a new one."""
    if current_app.testing and not current_app.config.get("MENU_CACHE"):
        return make()
    shelf: dict[Hashable, tuple[float, Any]] = current_app.extensions.setdefault(_KEY, {})
    found = shelf.get(key)
    at = monotonic()
    if found is not None and at - found[0] < seconds:
        value: T = found[1]
        return value
    value = make()
    if len(shelf) >= MOST:
        for old in sorted(shelf, key=lambda k: shelf[k][0])[: MOST // 2]:
            shelf.pop(old, None)
    shelf[key] = (at, value)
    return value
