"""People, accounts and roles, for whoever keeps them."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.accounts import keys, operations, passwords, people, policy, queries
from catalogue.accounts.errors import NotYours
from catalogue.accounts.forms import AccountForm, EditPersonForm, GrantForm, HandOverForm, LeaveForm, NewPersonForm
from catalogue.accounts.models import Account, Membership, Person
from catalogue.accounts.words import ROLE_HELP, ROLE_WORDS
from catalogue.core import clock, once
from catalogue.core.actor import Role
from catalogue.core.db import db, transaction
from catalogue.core.errors import NotVisible
from catalogue.core.forms import ActionForm, version_of
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.wording import masked
from catalogue.core.words import _
from catalogue.organisations import queries as organisations

pages = Blueprint("people", __name__)

KEEPS = roles(*policy.KEEPERS)


@pages.get("/people/")
@permit(KEEPS)
def index() -> ResponseReturnValue:
    """Everybody whose account the actor keeps: search, filter, page."""
    args = request.args
    wanted = people.Wanted(
        args.get("q", "")[:60], args.get("role", ""), args.get("state", ""), args.get("organisation", type=int)
    )
    with transaction():
        by, day = actor(), clock.day_of(now())
        found = people.listed(by, wanted, day, after=args.get("after", ""), before=args.get("before", ""))
        where = organisations.names_of([wanted.organisation_id]) if wanted.organisation_id is not None else {}
        return page(
            "accounts/people.html", found=found, wanted=wanted, words=ROLE_WORDS, states=people.STATES, where=where
        )


@pages.get("/people/<int:person_id>")
@permit(KEEPS)
def show(person_id: int) -> ResponseReturnValue:
    """One person with account, roles and what was done."""
    with transaction():
        by, day = actor(), clock.day_of(now())
        row = queries.person(by, person_id)
        standing, account = queries.standing_of(row), queries.account_of(row.id)
        return page(
            "accounts/person.html", row=row, organisation=standing.organisation, account=account, state=people.state_of(row, account, day),
            locked_until=people.locked_until(account, now()) if account is not None else None, terms=people.terms_of(row.id), day=day,
            history=people.history(row.id), may_manage=policy.may_manage(by, standing), words=ROLE_WORDS, myself=row.id == by.person_id,
            may_end={m.id for m, place in people.terms_of(row.id) if policy.may_grant(by, m.role, place, row.id)},
        )  # fmt: skip


@pages.post("/people/<int:person_id>/phone")
@permit(KEEPS)
def reveal_phone(person_id: int) -> ResponseReturnValue:
    """The whole number, on a page of its own; that it was looked at is recorded."""
    with transaction():
        row = queries.person(actor(), person_id)
        phone = operations.reveal_phone(row, by=actor(), at=now())
        return page("accounts/phone.html", row=row, phone=phone)


@pages.route("/people/new", methods=["GET", "POST"])
@permit(KEEPS)
def create() -> ResponseReturnValue:
    """A new person, with a role and an account at once if wanted."""
    form = NewPersonForm()
    start = passwords.new_start() if form.is_submitted() and form.username.data else None
    with transaction():
        by, day = actor(), clock.day_of(now())
        form.organisation_id.choices = organisations.choices(by, day=day)
        form.role.choices = {"": _("先不给岗位"), **{r.value: str(ROLE_WORDS[r]) for r in Role if _gives(r)}}
        if not form.is_submitted():
            form.organisation_id.data = request.args.get("organisation", type=int)
            form.role.data = "orderer"
        if not form.validate_on_submit():
            return page("accounts/new_person.html", form=form)
        if there := once.made_before(form):
            return redirect(there)
        place = organisations.organisation(by, form.organisation_id.data)
        row = operations.create_person(
            place, form.name.data, by=by, at=now(), post=form.post.data, phone=form.phone.data, email=form.email.data,
            in_post_since=form.in_post_since.data,
        )  # fmt: skip
        once.led_to(form, f"/people/{row.id}")
        if form.role.data:
            operations.grant(row, Role(form.role.data), place, starts_on=day, by=by, at=now())
        if start is not None:
            account = keys.create_account(row, form.username.data, start, by=by, at=now())
            return _start_code(row, account, start)
    flash(_("“%(name)s”已添加。", name=row.name), "done")
    return redirect(f"/people/{row.id}")


def _gives(role: Role) -> bool:
    return any(role in policy.GRANTS[keeper] for keeper in policy.KEEPERS if actor().has(keeper))


def _start_code(row: Person, account: Account, start: passwords.Start) -> ResponseReturnValue:
    """The slip to print: the one moment the start code is seen."""
    place = organisations.names_of([row.organisation_id])[row.organisation_id]
    return page(
        "accounts/start_code.html", row=row, account=account, code=start.code, place=place, back=f"/people/{row.id}"
    )


@pages.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@permit(KEEPS)
def edit(person_id: int) -> ResponseReturnValue:
    """Name, post, how to reach them."""
    with transaction():
        row = queries.person(actor(), person_id)
        operations.require(actor(), row)
        form = EditPersonForm(obj=row)
        form.phone.description = _("不换号码就空着。") if row.phone else ""
        form.phone.render_kw = (
            {**form.phone.render_kw, "placeholder": masked(row.phone)} if row.phone else form.phone.render_kw
        )
        if not form.is_submitted():
            form.phone.data = ""
        if not row.phone:
            del form.drop_phone
        if not form.validate_on_submit():
            return page("accounts/edit_person.html", form=form, row=row)
        values = {n: form[n].data for n in ("name", "post", "email", "in_post_since")}
        if form.phone.data or (row.phone and form.drop_phone.data):
            values["phone"] = form.phone.data
        operations.edit_person(row, values, by=actor(), at=now(), version=version_of(form))
    flash(_("已保存。"), "done")
    return redirect(f"/people/{person_id}")


@pages.route("/people/<int:person_id>/end", methods=["GET", "POST"])
@permit(KEEPS)
def end(person_id: int) -> ResponseReturnValue:
    """A person's last day."""
    with transaction():
        row = queries.person(actor(), person_id)
        operations.require(actor(), row)
        form = LeaveForm(obj=row)
        if not form.validate_on_submit():
            return page("accounts/end_person.html", form=form, row=row)
        operations.end_person(
            row, on=form.on.data, by=actor(), at=now(), version=version_of(form), reason=form.reason.data
        )
    flash(_("已登记离岗。"), "done")
    return redirect(f"/people/{person_id}")


@pages.route("/people/<int:person_id>/hand-over", methods=["GET", "POST"])
@permit(KEEPS)
def hand_over(person_id: int) -> ResponseReturnValue:
    """A colleague takes over every role."""
    form = HandOverForm()
    with transaction():
        by, day = actor(), clock.day_of(now())
        row = queries.person(by, person_id)
        operations.require(by, row)
        found = people.successors(by, row, day)
        form.person_id.choices = {"": _("请选同事"), **found} if found else {}
        if not form.validate_on_submit():
            return page("accounts/hand_over.html", form=form, row=row)
        successor = queries.person(by, form.person_id.data)
        operations.hand_over(row, successor, on=form.on.data, by=by, at=now())
    flash(_("岗位已交给%(name)s。", name=successor.name), "done")
    return redirect(f"/people/{successor.id}")


@pages.route("/people/<int:person_id>/roles/new", methods=["GET", "POST"])
@permit(KEEPS)
def grant(person_id: int) -> ResponseReturnValue:
    """A role for a term."""
    form = GrantForm()
    with transaction():
        by = actor()
        row = queries.person(by, person_id)
        if row.id == by.person_id:
            raise NotYours(_("不能给自己岗位。"))
        form.role.choices = {r.value: str(ROLE_WORDS[r]) for r in Role if _gives(r)}
        form.organisation_id.choices = organisations.choices(by, day=clock.day_of(now()))
        if not form.is_submitted():
            form.organisation_id.data = row.organisation_id
        if not form.validate_on_submit():
            return page("accounts/grant.html", form=form, row=row, helps=ROLE_HELP)
        if once.again(form, f"/people/{person_id}"):
            return redirect(f"/people/{person_id}")
        place = organisations.organisation(by, form.organisation_id.data)
        operations.grant(
            row, Role(form.role.data), place, starts_on=form.starts_on.data, ends_on=form.ends_on.data, by=by, at=now()
        )
    flash(_("岗位已给，从那天起马上有效。"), "done")
    return redirect(f"/people/{person_id}")


@pages.post("/people/<int:person_id>/roles/<int:membership_id>/end")
@permit(KEEPS)
def end_role(person_id: int, membership_id: int) -> ResponseReturnValue:
    """Takes a role away at once."""
    with transaction():
        row = queries.person(actor(), person_id)
        membership = db.session.get(Membership, membership_id)
        if membership is None or membership.person_id != row.id:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        operations.end_membership(membership, on=clock.day_of(now()) - operations.DAY, by=actor(), at=now())
    flash(_("岗位已停止，对方下一次点击就看不到了。"), "done")
    return redirect(f"/people/{person_id}")


# ── accounts ──────────────────────────────────────────────────────────────────────────────────────


@pages.route("/people/<int:person_id>/account", methods=["GET", "POST"])
@permit(KEEPS)
def open_account(person_id: int) -> ResponseReturnValue:
    """An account, and the slip with its start code."""
    form = AccountForm()
    start = passwords.new_start() if form.is_submitted() else None
    with transaction():
        row = queries.person(actor(), person_id)
        operations.require(actor(), row)
        if not form.validate_on_submit() or start is None:
            return page("accounts/open_account.html", form=form, row=row)
        return _start_code(row, keys.create_account(row, form.username.data, start, by=actor(), at=now()), start)


def _account(person_id: int) -> tuple[Person, Account]:
    row = queries.person(actor(), person_id)
    account = queries.account_of(row.id)
    if account is None:
        raise NotVisible(_("这位人员还没有账号。"))
    return row, account


@pages.route("/people/<int:person_id>/account/reset", methods=["GET", "POST"])
@permit(KEEPS)
def reset(person_id: int) -> ResponseReturnValue:
    """A new start code for somebody who forgot."""
    form = ActionForm()
    start = passwords.new_start() if form.is_submitted() else None
    with transaction():
        row, account = _account(person_id)
        operations.require(actor(), row)
        if not form.validate_on_submit() or start is None:
            return page("accounts/reset.html", form=form, row=row, account=account)
        keys.reset(account, start, by=actor(), at=now())
        return _start_code(row, account, start)


@pages.post("/people/<int:person_id>/account/disable")
@permit(KEEPS)
def disable(person_id: int) -> ResponseReturnValue:
    """Nobody signs in with it any more."""
    with transaction():
        _row, account = _account(person_id)
        keys.disable(account, by=actor(), at=now())
    flash(_("账号已停用，正在用的登录也已退出。"), "done")
    return redirect(f"/people/{person_id}")


@pages.post("/people/<int:person_id>/account/enable")
@permit(KEEPS)
def enable(person_id: int) -> ResponseReturnValue:
    """It may be used again."""
    with transaction():
        _row, account = _account(person_id)
        keys.enable(account, by=actor(), at=now())
    flash(_("账号已启用。"), "done")
    return redirect(f"/people/{person_id}")
