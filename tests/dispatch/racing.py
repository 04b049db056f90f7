"""Rivals in processes of their own: each has its own connections to the same database and starts at the same moment."""

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import time_machine
from flask import Flask

from catalogue.calendar import queries as calendar
from catalogue.core.db import db, transaction
from catalogue.core.errors import Refusal
from catalogue.dispatch import operations
from catalogue.dispatch.candidates import Pick
from tests import factories
from tests.conftest import Client

RIVALS = 3


@dataclass(frozen=True)
class Press:
    """One press of a button by somebody signed in with this key (empty: a stranger with a link)."""

    path: str
    fields: dict[str, str]
    key: str = ""
    at: datetime = factories.NOON


def signed_in(client: Client, person: Any) -> str:
    """The key of a sign-in, made before the race."""
    client.sign_in(person)
    with client.session_transaction() as cookie:
        return str(cookie["key"])


@dataclass(frozen=True)
class Move:
    """A lesson's holds are to go to a new time and place."""

    order_id: int
    pick: Pick
    windows: list[tuple[datetime, datetime]]
    lesson_id: int
    at: datetime = field(default=factories.NOON)


@dataclass(frozen=True)
class Sweep:
    """The work of a minute: what is due at `at` expires."""

    at: datetime


def _sweep(todo: Sweep) -> tuple[int, str]:
    return operations.sweep(todo.at), "swept"


def _press(client: Client, press: Press) -> tuple[int, str]:
    answer = client.send(press.path, press.fields)
    return answer.status_code, answer.get_data(as_text=True)


def _move(move: Move) -> tuple[int, str]:
    try:
        with transaction(writes=True):
            operations.rehold(
                [move.order_id], move.pick, move.windows, lecturer_ids=[move.pick.lecturer_id], held_for_id=move.lesson_id,
                replacing=calendar.held_for("lesson", move.lesson_id), at=move.at,
            )  # fmt: skip
    except Refusal as refused:
        return refused.status, refused.sentence
    return 302, ""


def _rival(app: Flask, barrier: Any, inbox: Any, outbox: Any) -> None:
    """The life of one process: take a task, get ready, wait for the others, act, tell how it went."""
    while (task := inbox.get()) is not None:
        number, todo = task
        try:
            with time_machine.travel(todo.at, tick=True), app.app_context():
                client: Any = app.test_client()
                if isinstance(todo, Press):
                    with client.session_transaction() as cookie:
                        cookie["key"] = todo.key
                    client.token()
                barrier.wait(60)
                said = (
                    _press(client, todo)
                    if isinstance(todo, Press)
                    else _sweep(todo)
                    if isinstance(todo, Sweep)
                    else _move(todo)
                )
        except Exception as trouble:
            said = (599, repr(trouble))
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
        outbox.put((number, *said))


class Racers:
    """The processes of one database, kept for all its races. They are forked, so nothing is loaded twice."""

    def __init__(self, app: Flask) -> None:
        db.session.rollback()
        db.session.close()
        db.engine.dispose()  # no process inherits a connection
        fork = multiprocessing.get_context("fork")
        self.outbox = fork.Queue()
        self.inboxes = [fork.SimpleQueue() for _n in range(RIVALS)]
        self.barrier = fork.Barrier(RIVALS)
        self.processes = [
            fork.Process(target=_rival, args=(app, self.barrier, inbox, self.outbox), daemon=True)
            for inbox in self.inboxes
        ]
        for process in self.processes:
            process.start()

    def race(self, todo: Sequence[Press | Move | Sweep]) -> list[tuple[int, str]]:
        """Everybody acts at once; how each went, in the order asked."""
        assert len(todo) == RIVALS
        for number, (inbox, one) in enumerate(zip(self.inboxes, todo, strict=True)):
            inbox.put((number, one))
        said = sorted(self.outbox.get(timeout=90) for _n in range(RIVALS))
        return [(status, words) for _number, status, words in said]

    def stop(self) -> None:
        """They hold nothing between races, so they are simply ended."""
        for process in self.processes:
            process.kill()
            process.join(10)


_racers: dict[str, Racers] = {}


def racers_of(app: Flask) -> Racers:
    """The processes of an application's database, started once."""
    url = app.config["SETTINGS"].database_url
    if url not in _racers:
        _racers[url] = Racers(app)
    return _racers[url]


def stop() -> None:
    """Ends the processes of every database."""
    for racers in _racers.values():
        racers.stop()
    _racers.clear()
