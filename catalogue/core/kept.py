"""What may be five seconds old, kept per process: facet counts, words, who offers what, who could come. Off in tests.

Keep plain values only, or rows taken out of their session (`detached`): a rolled back session forgets what its rows hold.
"""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

from flask import current_app

from catalogue.core.db import db
from catalogue.core.words import DEFAULT, spoken

SECONDS = 5.0
MOST = 600
OLDEST, LOOK_EVERY = 300.0, 32
_KEY = "songxue.kept"
T = TypeVar("T")


def kept(key: Hashable, make: Callable[[], T], seconds: float = SECONDS) -> T:
    """The value made for this key less than so many seconds ago, else a new one."""
    if current_app.testing and not current_app.config.get("KEEP_FIGURES"):
        return make()
    shelf: dict[Hashable, tuple[float, Any]] = current_app.extensions.setdefault(_KEY, {})
    if (language := spoken()) != DEFAULT:
        key = (language, key)
    found = shelf.get(key)
    at = monotonic()
    if found is not None and at - found[0] < seconds:
        value: T = found[1]
        return value
    if found is not None:  # one thread looks again; the others go on with the old value meanwhile
        shelf[key] = (at, found[1])
    try:
        value = make()
    except BaseException:
        shelf.pop(key, None)
        raise
    if found is None:
        _clear(shelf, monotonic())
    shelf[key] = (monotonic(), value)
    return value


def _clear(shelf: dict[Hashable, tuple[float, Any]], at: float) -> None:
    """Gives back the memory of what nobody has asked to renew for minutes (looked for now and then), or of the oldest half."""
    if len(shelf) % LOOK_EVERY == LOOK_EVERY - 1:
        for old, (made, _value) in list(shelf.items()):
            if made + OLDEST < at:
                shelf.pop(old, None)
    if len(shelf) >= MOST:
        for old in sorted(shelf.copy(), key=lambda k: shelf.get(k, (0.0, None))[0])[: MOST // 2]:
            shelf.pop(old, None)


def detached(row: T, *more: Any) -> T:
    """The row (and rows it refers to, named after it) outside its session, with what was loaded."""
    for one in (row, *more):
        if one in db.session:
            db.session.expunge(one)
    return row
