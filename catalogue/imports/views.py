"""导入 as pages: choose a kind, take the template, send a table, watch it being checked, say go, see what became of it."""

import json
import secrets

from flask import Blueprint, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import queue, spreadsheets
from catalogue.core.actor import Role
from catalogue.core.db import transaction
from catalogue.core.errors import Invalid, NotAllowed
from catalogue.core.forms import ActionForm, version_of
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.words import _
from catalogue.imports import operations, policy, queries, rows, runs
from catalogue.imports.forms import SlipsForm, UploadForm
from catalogue.imports.models import ImportRun
from catalogue.imports.states import CANCELLABLE, MOVING, State

pages = Blueprint("imports", __name__)
IMPORTS = roles(Role.TOWN_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)
KIND = "<any(organisations,people,venues,courses,lecturers):kind>"
RUN = "/imports/runs/<int:run_id>"


def _allowed(kind: str) -> None:
    if not policy.may_import(actor(), kind):
        raise NotAllowed(_("这类表格不由您导入。需要的话，请联系区管理员。"))


@pages.get("/imports/")
@permit(IMPORTS)
def index() -> ResponseReturnValue:
    """The kinds of tables this person may bring in, and what became of those they sent."""
    with transaction():
        columns = {kind: rows.SORTS[kind].columns() for kind in policy.kinds(actor())}
        sent = queries.listed(actor(), after=request.args.get("after", ""), before=request.args.get("before", ""))
        return page("imports/index.html", kinds=policy.kinds(actor()), labels=policy.KINDS, columns=columns, sent=sent, reports=[operations.Report.from_row(run.report) for run in sent.rows])  # fmt: skip


@pages.get(f"/imports/{KIND}/template.xlsx")
@permit(IMPORTS)
def template(kind: str) -> ResponseReturnValue:
    """An empty table to fill in, with an example row and a sheet that explains the columns."""
    _allowed(kind)
    with transaction():
        content = spreadsheets.as_xlsx(operations.template(kind), widths=[18] * 20)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.xlsx"'}
    return Response(content, mimetype=spreadsheets.XLSX, headers=headers)


@pages.route(f"/imports/{KIND}", methods=["GET", "POST"])
@permit(IMPORTS)
def upload(kind: str) -> ResponseReturnValue:
    """Sends a table; a worker reads and checks it, its page shows how far it is."""
    _allowed(kind)
    form = UploadForm()
    if not form.validate_on_submit():
        form.key.data = form.key.data or secrets.token_urlsafe(16)
        with transaction(writes=False):
            return page("imports/upload.html", kind=kind, label=policy.KINDS[kind], form=form, columns=rows.SORTS[kind].columns())  # fmt: skip
    sent = form.file.data
    content = sent.stream.read(spreadsheets.MOST_BYTES + 1)
    with transaction():
        run = runs.send(kind, content, sent.filename or "", key=form.key.data or "", by=actor(), at=now())
    queue.ask("imports")
    return _to(run)


def _to(run: ImportRun) -> ResponseReturnValue:
    return redirect(f"/imports/runs/{run.id}", 303)


@pages.get(RUN)
@permit(IMPORTS)
def show(run_id: int) -> ResponseReturnValue:
    """One run: how far it is, what it would do or did, and what can be done about it."""
    with transaction():
        run = queries.seen(run_id, actor())
        return page(
            "imports/run.html", run=run, label=policy.KINDS[run.kind], report=operations.Report.from_row(run.report),
            wrong_total=run.report.get("wrong_total", 0), moving=run.state in MOVING, may_cancel=run.state in CANCELLABLE,
        )  # fmt: skip


@pages.post(f"{RUN}/confirm")
@permit(IMPORTS)
def confirm(run_id: int) -> ResponseReturnValue:
    """The word go. A second click finds the run on its way and changes nothing."""
    form = ActionForm()
    with transaction():
        run = queries.seen(run_id, actor())
        _allowed(run.kind)
        if run.state not in (State.CONFIRMED, State.WRITING, State.DONE):
            runs.check_ready(run)  # before the version of a page that could not have had the button
            runs.confirm(run, by=actor(), at=now(), version=version_of(form))
    queue.ask("imports")
    return _to(run)


@pages.post(f"{RUN}/cancel")
@permit(IMPORTS)
def cancel(run_id: int) -> ResponseReturnValue:
    """Not wanted any more; a second click changes nothing."""
    with transaction():
        run = queries.seen(run_id, actor())
        if run.state is not State.CANCELLED:
            runs.cancel(run, by=actor(), at=now())
    return _to(run)


@pages.post(f"{RUN}/start-codes")
@permit(IMPORTS)
def show_codes(run_id: int) -> ResponseReturnValue:
    """The start codes of the new accounts, this once, for whoever brought them in."""
    with transaction():
        run = queries.seen(run_id, actor())
        lines = runs.show_codes(run, secret=current_app.config["SECRET_KEY"], by=actor(), at=now())
        slips = SlipsForm(formdata=None, lines=json.dumps(lines, ensure_ascii=False))
        return page("imports/codes.html", run=run, lines=lines, slips=slips)


@pages.post("/imports/start-codes.csv")
@permit(IMPORTS)
def start_codes() -> ResponseReturnValue:
    """The list of start codes as a file: what the page holds goes through the one writer, nothing is read or kept."""
    try:
        lines = json.loads(SlipsForm().lines.data or "")
        rows = [[str(cell)[:200] for cell in line[:4]] for line in lines[: spreadsheets.MOST_ROWS]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Invalid(_("没有可以下载的首次口令。请回到导入结果的页面再试。")) from None
    content = spreadsheets.as_csv([[_("单位"), _("姓名"), _("账号"), _("首次口令")], *rows])
    headers = {"Content-Disposition": 'attachment; filename="start-codes.csv"'}
    return Response(content, mimetype="text/csv", headers=headers)
