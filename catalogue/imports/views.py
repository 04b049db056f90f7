"""导入 as pages: choose a kind, take the template, try a table, say go."""

import json

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from catalogue.core import spreadsheets
from catalogue.core.actor import Role
from catalogue.core.db import transaction
from catalogue.core.errors import Invalid, NotAllowed
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.words import _
from catalogue.imports import files, operations, policy
from catalogue.imports.forms import ConfirmForm, SlipsForm, UploadForm

pages = Blueprint("imports", __name__)
IMPORTS = roles(Role.TOWN_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)
KIND = "<any(organisations,people,venues,courses,lecturers):kind>"


def _allowed(kind: str) -> None:
    if not policy.may_import(actor(), kind):
        raise NotAllowed(_("这类表格不由您导入。需要的话，请联系区管理员。"))


@pages.get("/imports/")
@permit(IMPORTS)
def index() -> ResponseReturnValue:
    """The kinds of tables this person may bring in."""
    with transaction():
        columns = {kind: operations.SORTS[kind].columns() for kind in policy.kinds(actor())}
        return page("imports/index.html", kinds=policy.kinds(actor()), columns=columns)


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
    """Sends a table and shows what it would do; nothing is written yet."""
    _allowed(kind)
    form = UploadForm()
    if not form.validate_on_submit():
        with transaction():
            return page("imports/upload.html", kind=kind, label=policy.KINDS[kind], form=form, columns=operations.SORTS[kind].columns())  # fmt: skip
    sent = form.file.data
    content = sent.stream.read(spreadsheets.MOST_BYTES + 1)
    table = spreadsheets.read(content, sent.filename or "")
    with transaction():
        report = operations.bring_in(kind, table, by=actor(), at=now(), dry_run=True)
    if report.wrong or not report.new + report.changed:
        return _tried(kind, report, None)
    return _tried(kind, report, ConfirmForm(formdata=None, token=files.keep(content, sent.filename or "", actor().person_id)))  # fmt: skip


def _tried(kind: str, report: operations.Report, form: ConfirmForm | None) -> ResponseReturnValue:
    status = 422 if report.wrong else 200
    with transaction():
        return page("imports/tried.html", status, kind=kind, label=policy.KINDS[kind], report=report, form=form, most=operations.MOST_SHOWN)  # fmt: skip


@pages.post(f"/imports/{KIND}/confirm")
@permit(IMPORTS)
def confirm(kind: str) -> ResponseReturnValue:
    """Brings in the table that was tried: all of it or nothing. New accounts show their start codes once."""
    _allowed(kind)
    form, by = ConfirmForm(), actor()
    token = form.token.data or ""
    table = spreadsheets.read(files.kept(token, by.person_id), token)
    with transaction(writes=False):
        starts = operations.starts_for(kind, table)
    with transaction():
        report = operations.bring_in(kind, table, by=by, at=now(), starts=starts)
    if report.wrong:
        return _tried(kind, report, None)
    files.forget(token, by.person_id)
    with transaction():
        slips = SlipsForm(formdata=None, lines=json.dumps(report.slips, ensure_ascii=False))
        return page("imports/done.html", kind=kind, label=policy.KINDS[kind], report=report, slips=slips)


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
