"""Upward news: a feature publishes, features to its right react in the same transaction. app.py wires the table (and replaces it)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from catalogue.core.actor import Actor

type_of_handler = Callable[..., None]
Table = Mapping[type, Sequence[type_of_handler]]
_KEY = "songxue.listeners"


def wire(app: Flask, table: Table) -> None:
    """Sets the whole table: a list that is appended to doubles every reaction when create_app runs twice."""
    app.extensions[_KEY] = dict(table)


def publish(news: Any, *, by: Actor, at: datetime) -> None:
    """Calls every listener of this kind of news, in order, inside the caller's transaction."""
    for handler in current_app.extensions.get(_KEY, {}).get(type(news), ()):
        handler(news, by=by, at=at)
