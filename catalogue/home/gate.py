"""What the frame needs to know of a request: who asks, what a stranger is told, and the head of the page."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import aliased

from catalogue.accounts import queries as accounts
from catalogue.accounts import sign_ins
from catalogue.accounts.models import Account, WebSession
from catalogue.core import web
from catalogue.core.actor import Actor, Role
from catalogue.core.db import db, reading, transaction
from catalogue.core.words import _, spoken
from catalogue.duties.queries import COUNT, MOST_COUNTED
from catalogue.lecturers.models import Lecturer
from catalogue.notices.models import Message
from catalogue.organisations.models import Organisation

COOKIE_KEY = "key"  # in Flask's signed cookie; the table holds its hash
KEPT_KEY = "kept"  # what was typed when the sign-in ran out
BEFORE_A_PASSWORD = frozenset(
    {"account.change_password", "accounts.sign_out", "home.type_size", "home.healthz", "home.readyz", "metrics.metrics"}
)
TYPE_KEY = "large"  # large type, also before sign-in
OWN_CALENDAR = "/calendar/mine"
TOUCH = timedelta(minutes=1)

_UNREAD = (
    sa.select(sa.func.count())
    .select_from(Message)
    .where(Message.person_id == Account.person_id, Message.read_at.is_(None))
).scalar_subquery()
_LECTURER = (
    sa.select(Lecturer.id).where(Lecturer.person_id == Account.person_id, Lecturer.ended_on.is_(None)).scalar_subquery()
)
_ACTING_FOR, _ITS_DISTRICT = aliased(Organisation), aliased(Organisation)
_UNIT = sa.select(_ACTING_FOR.name).where(_ACTING_FOR.id == WebSession.acting_for_id).scalar_subquery()
_DISTRICT = (
    sa.select(_ITS_DISTRICT.name)
    .join(_ACTING_FOR, _ACTING_FOR.district_id == _ITS_DISTRICT.id)
    .where(_ACTING_FOR.id == WebSession.acting_for_id)
).scalar_subquery()
_DUTIES = COUNT.label("duties")
_EXTRAS, _EXTRAS_OF_A_TOKEN = (_UNREAD, _LECTURER, _UNIT, _DISTRICT, _DUTIES), (_LECTURER,)


@dataclass(frozen=True)
class Entry:
    """One entry of the top navigation."""

    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, eq=False)
class Me:
    """The signed-in person as the page head shows them; one for all requests that show the same (`_me`)."""

    name: str
    unit: str
    nav: tuple[Entry, ...]
    todo: str
    unread: int
    roles: frozenset[Role]


def keep_type_size(large: bool) -> None:
    """Remembers large or normal type: in this browser's cookie, and with the sign-in if there is one (which then counts)."""
    session[TYPE_KEY] = large
    if g.get("sign_in") is not None:
        with transaction(writes=True):
            row = sa.update(WebSession).where(WebSession.id == g.sign_in.session_id)
            db.session.execute(row.values(large_type=large))


class Gate:
    """Implements core.web.Gate with the accounts of this installation."""

    def actor(self) -> Actor | None:
        if web.is_api():  # programs carry a token, never the cookie: so the API needs no CSRF token
            return self._bearer()
        key = session.get(COOKIE_KEY)
        g.large = bool(session.get(TYPE_KEY, False))
        if not isinstance(key, str):
            return None
        at = web.now()
        reading()
        idle = timedelta(minutes=current_app.config["IDLE_MINUTES"])
        known = accounts.sign_in_of(key, at, idle, _EXTRAS)
        if known is None:
            return None
        found, held = known
        unread, lecturer_id, unit, district, duties = found.extras
        g.duties = duties or 0
        asking = accounts.actor_for(
            found.person_id, found.name, at, held=held, lecturer_id=lecturer_id, acting_for=found.acting_for_id,
            request_id=g.get("request_id", ""), account_id=found.account_id,
        )  # fmt: skip
        g.sign_in, g.unread, g.unit, g.district_name, g.large = (
            found,
            unread or 0,
            unit or "",
            district or "",
            found.large_type or g.large,
        )
        if asking.acting_for is not None and all(
            m.organisation_id != asking.acting_for for m in held
        ):  # the term there has ended
            asking = replace(asking, acting_for=held[0].organisation_id if held else None)
            g.unit = ""
        if at - found.seen_at >= TOUCH:
            with transaction(writes=True):
                db.session.execute(sa.update(WebSession).where(WebSession.id == found.session_id).values(seen_at=at))
        return asking

    def _bearer(self) -> Actor | None:
        scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            return None
        at = web.now()
        reading()
        known = accounts.token_of(key.strip(), at, _EXTRAS_OF_A_TOKEN)
        if known is None:
            return None
        found, held = known
        return accounts.actor_for(
            found.person_id, found.name, at, held=held, lecturer_id=found.extras[0], acting_for=None,
            request_id=g.get("request_id", ""), account_id=found.account_id,
        )  # fmt: skip

    def stranger(self) -> ResponseReturnValue:
        """Programs are told to sign in; people see the sign-in page, and what they had typed is kept for them."""
        if web.is_api():
            said = _("请先取得令牌：POST /api/v1/auth/token。")
            return web.Problem(401, "sign_in", said).answer([("WWW-Authenticate", "Bearer")])
        if request.method in ("GET", "HEAD"):
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        if "X-Autosave" in request.headers:
            return "", 401
        with transaction(writes=True):
            typed = sign_ins.fields_to_keep(request.path, request.form.items(multi=True))
            kept = sign_ins.keep(session.get(COOKIE_KEY), request.full_path.rstrip("?"), typed, at=web.now())
        if kept is not None:
            session[KEPT_KEY] = kept
        return redirect(url_for("accounts.sign_in"), 303)

    def detour(self) -> ResponseReturnValue | None:
        """Where a signed-in person must go first: to a password of their own, while the one they have was printed by somebody else."""
        found = g.get("sign_in")
        if found is None or not found.must_change or request.endpoint in BEFORE_A_PASSWORD:
            return None
        return redirect(url_for("account.change_password"), 303)

    def me(self, actor: Actor) -> Any:
        entries = _entries(actor.roles, actor.lecturer_id is not None)
        here = max((path for _label, path in entries if request.path.startswith(path)), key=len, default="")
        return _me(
            actor.name, g.get("unit", ""), here, g.get("duties", 0), g.get("unread", 0), actor.roles, entries, spoken()
        )


@lru_cache(maxsize=1000)
def _entries(roles: frozenset[Role], teaches: bool) -> tuple[tuple[str, str], ...]:
    """Label and path of what these roles find in the navigation; who stopped teaching has no calendar any more."""
    found: dict[str, str] = {}
    for wanted, label, path in current_app.extensions["songxue.nav"]:
        if path == OWN_CALENDAR and not teaches:
            continue
        if not wanted or not wanted.isdisjoint(roles):
            found.setdefault(path, label)
    return tuple((label, path) for path, label in found.items())


@lru_cache(maxsize=4000)
def _me(
    name: str, unit: str, here: str, duties: int, unread: int, roles: frozenset[Role], entries: tuple[tuple[str, str], ...], _language: str
) -> Me:  # fmt: skip
    """The same for equal values, so that the page's frame, which is kept for it, is found at once."""
    todo = f"{MOST_COUNTED - 1}+" if duties >= MOST_COUNTED else str(duties or "")
    return Me(name, unit, tuple(Entry(_(label), path, path == here) for label, path in entries), todo, unread, roles)
