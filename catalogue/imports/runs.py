"""Every write on runs of imports: sent, confirmed, cancelled by their sender; taken, checked, written and ended by a worker."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalogue.accounts.passwords import seeded_code
from catalogue.core import changes
from catalogue.core.actor import Actor, job
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, NotAllowed
from catalogue.core.spreadsheets import check_outside
from catalogue.core.words import _
from catalogue.imports import policy, queries
from catalogue.imports.models import ImportFile, ImportRun
from catalogue.imports.operations import Report
from catalogue.imports.states import AT_WORK, MOVING, NEXT, WAITS, Action, State

MOST_ATTEMPTS = 3
WORKER = job("import")


# ── by whoever imports ───────────────────────────────────────────────────────────────────────────


def send(kind: str, content: bytes, file_name: str, *, key: str, by: Actor, at: datetime) -> ImportRun:
    """Keeps a table for the worker. The same key is the same run. Raises NotAllowed, Unreadable (size, name)."""
    if not policy.may_import(by, kind) or by.person_id is None:
        raise NotAllowed(_("这类表格不由您导入。需要的话，请联系区管理员。"))
    key = key[:64] or secrets.token_urlsafe(16)
    known = queries.of_key(by, key)
    if known is not None:
        return known
    check_outside(content, file_name)
    name, dot, ending = file_name.rpartition(".")
    run = ImportRun(
        district_id=next((m.district_id for m in by.memberships if m.district_id is not None), None), person_id=by.person_id,
        acting_for_id=by.acting_for, kind=kind, file_name=f"{name[:110]}{dot}{ending}", size=len(content), key=key,
        request_id=by.request_id[:40], state=State.WAITING, sent_at=at, settled_at=None, beat_at=None,
    )  # fmt: skip
    changes.begin(run, by=by, at=at, action="send")
    db.session.add(ImportFile(run_id=run.id, content=content))
    db.session.flush()
    return run


def check_ready(run: ImportRun) -> None:
    """Refuses the word go where it makes no sense, whatever page it was said on. Raises IllegalAction."""
    if (run.state, Action.CONFIRM) in NEXT:
        return
    if run.state in MOVING:
        raise IllegalAction(_("这张表还没有检查好，请等检查完再确认。"))
    raise IllegalAction(_("这次导入已经结束，什么都没有导入。还需要的话，请再传一次表格。"))


def confirm(run: ImportRun, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """The word go for a table that was checked. Raises IllegalAction, Stale."""
    check_ready(run)
    changes.move(run, NEXT, Action.CONFIRM, by=by, at=at, version=version)


def cancel(run: ImportRun, *, by: Actor, at: datetime, code: str = "") -> None:
    """Not wanted any more, at any time before it is being written. Raises IllegalAction, Stale."""
    if (run.state, Action.CANCEL) not in NEXT:
        raise IllegalAction(_("这次导入已经在写入或已经结束，不能再取消。请刷新看结果。"))
    changes.move(run, NEXT, Action.CANCEL, by=by, at=at, code=code)
    _end(run, at)


def show_codes(run: ImportRun, *, secret: str, by: Actor, at: datetime) -> list[list[str]]:
    """Organisation, name, account and start code of the new accounts, said this once. Raises IllegalAction when they were."""
    if run.state is not State.DONE:
        raise IllegalAction(_("这次导入没有写入，没有新开的账号，也就没有首次口令。"))
    if not run.seed:
        raise IllegalAction(_("首次口令已经显示过，或者放得太久了。还需要的话，请到人员页给本人重设账号。"))
    slips = [[place, name, username, seeded_code(secret, run.seed, username)] for place, name, username in run.opened]
    forget_codes(run, by=by, at=at, action="show_codes")
    return slips


def forget_codes(run: ImportRun, *, by: Actor, at: datetime, action: str = "forget_codes") -> None:
    """From now on nobody can say the start codes of this run again."""
    changes.note(run, action, by=by, at=at)
    run.seed, run.opened = "", []
    db.session.flush()


# ── by a worker ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Claim:
    """A run a worker has taken, as it was then: whatever changed its version since has taken it away again."""

    run_id: int
    version: int
    action: Action
    kind: str
    file_name: str
    content: bytes
    person_id: int
    acting_for_id: int | None
    request_id: str


def take(at: datetime) -> Claim | None:
    """Takes the next run that waits or was left by a dead worker. None: nothing to do, or somebody is at it.

    A run that killed its worker several times ends as failed.
    """
    if queries.somebody_works(at):
        return None
    for run in db.session.scalars(queries.due(at).limit(20).with_for_update(skip_locked=True)).all():
        if run.attempts >= MOST_ATTEMPTS:
            fail(run, at)
            continue
        action = WAITS.get(run.state) or AT_WORK[run.state]
        changes.move(run, NEXT, action, by=WORKER, at=at)
        run.attempts, run.beat_at, run.rows_done, run.rows_total = run.attempts + 1, at, 0, 0
        db.session.flush()
        content = queries.content_of(run.id)
        return Claim(
            run.id, run.version, action, run.kind, run.file_name, content, run.person_id, run.acting_for_id, run.request_id
        )  # fmt: skip
    return None


def held(claim: Claim) -> ImportRun | None:
    """The run of a claim, None when it was cancelled or taken over meanwhile."""
    run = db.session.get(ImportRun, claim.run_id)
    return run if run is not None and run.version == claim.version else None


def checked(run: ImportRun, report: Report, *, seconds: float, at: datetime) -> None:
    """The check has ended: something is wrong, nothing would change, or it waits for the word go."""
    action = Action.REFUSE if report.wrong else Action.PASS if report.new + report.changed else Action.FIND_SAME
    changes.move(run, NEXT, action, by=WORKER, at=at)
    run.report, run.seconds, run.attempts = report.as_row(), seconds, 0
    run.rows_done = run.rows_total = report.total
    _end(run, at, forget=action is not Action.PASS)


def written(run: ImportRun, report: Report, *, seed: str, by: Actor, at: datetime) -> None:
    """Every row was taken, in the transaction this is called in; start codes can be shown from now on."""
    changes.move(run, NEXT, Action.FINISH, by=by, at=at)
    run.report, run.rows_done, run.rows_total = report.as_row(), report.total, report.total
    run.opened = [slip[:3] for slip in report.slips]
    run.seed = seed if run.opened else ""
    _end(run, at)


def refuse(run: ImportRun, *, at: datetime, report: Report | None = None, sentence: str = "") -> None:
    """Nothing was written, and why: wrong cells, or a file or a person that cannot do it at all."""
    changes.move(run, NEXT, Action.REFUSE, by=WORKER, at=at)
    run.report, run.sentence = report.as_row() if report else {}, sentence[:300]
    _end(run, at)


def fail(run: ImportRun, at: datetime) -> None:
    """Something of ours broke; nothing was written."""
    changes.move(run, NEXT, Action.FAIL, by=WORKER, at=at)
    run.sentence = _("后台没能办完，什么都没有导入。请再传一次；还是不行，请联系系统管理员，并告诉他这次导入的编号。")
    _end(run, at)


def _end(run: ImportRun, at: datetime, *, forget: bool = True) -> None:
    run.settled_at = at
    db.session.flush()
    if forget:
        db.session.execute(sa.delete(ImportFile).where(ImportFile.run_id == run.id))
