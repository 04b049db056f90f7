"""An uploaded table between its rehearsal and the word go: a file of random name outside the web root, for the person who sent it."""

import re
import secrets
import time
from pathlib import Path

from flask import current_app

from catalogue.core.errors import NotVisible
from catalogue.core.words import _

DAY = 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}\.(?:xlsx|csv)")


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].upload_dir / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(content: bytes, name: str, person_id: int | None) -> str:
    """Keeps a table until tomorrow. Returns the token that finds it again."""
    for old in _folder().iterdir():
        if old.is_file() and time.time() - old.stat().st_mtime > DAY:
            old.unlink(missing_ok=True)
    token = secrets.token_urlsafe(24) + (".csv" if name.lower().endswith(".csv") else ".xlsx")
    (_folder() / f"{person_id}-{token}").write_bytes(content)
    return token


def _path(token: str, person_id: int | None) -> Path:
    path = _folder() / f"{person_id}-{token}"
    if not _TOKEN.fullmatch(token) or not path.is_file():
        raise NotVisible(_("这份表格已经导入过，或者放得太久了。请重新上传。"))
    return path


def kept(token: str, person_id: int | None) -> bytes:
    """A table this person sent. Raises NotVisible when it is not there any more."""
    return _path(token, person_id).read_bytes()


def forget(token: str, person_id: int | None) -> None:
    _path(token, person_id).unlink(missing_ok=True)
