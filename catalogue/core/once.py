"""One press, one thing: a form that creates something carries a one-time key, and a second press leads to what the first one made."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import request
from wtforms import HiddenField

from catalogue.core import web
from catalogue.core.db import db, transaction
from catalogue.core.errors import Refusal, Stale
from catalogue.core.forms import Form
from catalogue.core.models import IdempotencyKey
from catalogue.core.words import _

LIFE = timedelta(days=7)


def fresh_key() -> str:
    return secrets.token_urlsafe(16)


class OnceForm(Form):
    """A form that creates something. Its page carries a key of its own."""

    key = HiddenField(default=fresh_key)

    def _show(self, refused: Refusal) -> None:
        super()._show(refused)
        if isinstance(refused, Stale):
            self.key.data = fresh_key()


def made_before(form: OnceForm) -> str:
    """Claims the key in the writing transaction. Where the first press with it led, empty for the first one.

    A second press at the same moment waits for the first. Raises Stale when the page was changed and sent again: nobody knows
    whether a second thing is meant, so the form comes back with a new key.
    """
    key = (form.key.data or "")[:40]
    if not key:
        return ""
    owner, full = f"account:{web.actor().account_id}", f"{request.endpoint}:{key}"[:80]
    row = IdempotencyKey(
        owner=owner, key=full, body_hash=_body(), status=0, location="", etag="", answer="", made_at=web.now()
    )
    query = sa.select(IdempotencyKey).where(IdempotencyKey.owner == owner, IdempotencyKey.key == full)
    known = db.session.scalars(query).first()
    if known is None:
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except sa.exc.IntegrityError:
            known = db.session.scalars(query).one()
    if known is not None and known.body_hash != row.body_hash:
        raise Stale(_("这一页刚才已经交过，也建好了。如果还要再建一个，请核对后再按一次。"))
    return known.location if known is not None else ""


def led_to(form: OnceForm, location: str) -> str:
    """Keeps where this press led, for the second one; in the transaction that made the thing. Gives the location back."""
    key = (form.key.data or "")[:40]
    if key:
        owner, full = f"account:{web.actor().account_id}", f"{request.endpoint}:{key}"[:80]
        db.session.execute(
            sa.update(IdempotencyKey)
            .where(IdempotencyKey.owner == owner, IdempotencyKey.key == full)
            .values(location=location)
        )
    return location


def again(form: OnceForm, location: str) -> bool:
    """Was this press made before? For a part of something, where it leads is known beforehand: the page of the whole."""
    if made_before(form):
        return True
    led_to(form, location)
    return False


def sweep(at: datetime) -> None:
    """Forgets keys, of forms and of programs, that no page in a browser can still carry."""
    with transaction(writes=True):
        db.session.execute(sa.delete(IdempotencyKey).where(IdempotencyKey.made_at <= at - LIFE))


def _body() -> str:
    """What was sent, the token of the browser aside."""
    said = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    return hashlib.sha256(repr((request.path, said)).encode()).hexdigest()
