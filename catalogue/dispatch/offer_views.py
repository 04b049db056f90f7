"""邀约: one offer, the answer link, and answers given for somebody else."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import changes
from catalogue.core.actor import Actor, Kind, Role
from catalogue.core.db import transaction
from catalogue.core.errors import Invalid, NotVisible
from catalogue.core.forms import version_of
from catalogue.core.web import actor, anyone, now, page, permit, roles
from catalogue.core.words import _
from catalogue.dispatch import operations, policy, queries
from catalogue.dispatch.forms import ActForm, AnswerForm, BehalfForm, WithdrawForm
from catalogue.dispatch.models import Offer
from catalogue.dispatch.notices import offer_notice, place_words, way_in
from catalogue.dispatch.operations import DECLINES, SAID_WAYS
from catalogue.dispatch.states import OfferAction, OfferState

pages = Blueprint("offers", __name__)
ASKED = (Role.LECTURER, Role.CORPS_LEADER, *policy.ON_BEHALF, Role.APPROVER)
WORDS: dict[str, Any] = {"place_words": place_words, "way_in": way_in, "reasons": DECLINES, "said_ways": SAID_WAYS}


@pages.route("/offers/<int:offer_id>", methods=["GET", "POST"])
@permit(roles(*ASKED))
def offer(offer_id: int) -> ResponseReturnValue:
    """One offer: the lecturer answers; others record what was said, or take it back."""
    said = request.form.get("say", "")
    with transaction():
        one = queries.offer_of(actor(), offer_id, now())
        own = policy.may_answer(actor(), one)
        form = (
            AnswerForm() if own else BehalfForm() if said in ("yes", "no") else WithdrawForm() if said else BehalfForm()
        )
        if not form.is_submitted() or not form.validate_on_submit():
            return _offer(one, form)
        if isinstance(form, AnswerForm):
            _answer(one, form, said, actor())
        elif said == "withdraw":
            operations.withdraw(one, by=actor(), at=now(), version=version_of(form), words=form.words.data or "")
        else:
            raise Invalid(_("请按页面上的按钮办。"))
        state = one.state
    flash({OfferState.ACCEPTED: _("已接单，谢谢。"), OfferState.DECLINED: _("已婉拒，会请别的讲师。")}.get(state, _("已撤回邀约。")), "done")  # fmt: skip
    return redirect(f"/offers/{offer_id}")


def _answer(one: Offer, form: AnswerForm, said: str, by: Actor) -> None:
    if said not in ("yes", "no"):
        raise Invalid(_("请按“接这节课”或“去不了”。"), field="code")
    action = OfferAction.ACCEPT if said == "yes" else OfferAction.DECLINE
    reason = {} if said == "yes" else {"code": form.code.data or "", "words": form.words.data or ""}
    if isinstance(form, BehalfForm):
        operations.answer_for(
            one, action, said_by=form.said_by.data, said_at=form.said(), said_way=form.said_way.data, by=by, at=now(), version=version_of(form),
            **reason,
        )  # fmt: skip
    else:
        operations.answer(one, action, by=by, at=now(), version=version_of(form), **reason)


def _offer(one: Offer, form: AnswerForm | ActForm, telephone: bool = False, link: str = "") -> ResponseReturnValue:
    by = actor()
    own = policy.may_answer(by, one)
    act = form if isinstance(form, ActForm) else WithdrawForm(formdata=None)
    answer = form if isinstance(form, AnswerForm) else BehalfForm(formdata=None)
    act.version.data = answer.version.data = str(one.version)
    return page(
        "dispatch/offer.html", offer=one, form=answer, act_form=act, own=own, for_other=not own and policy.may_answer_for(by, one, queries.led_by(by, now())),
        runs=policy.runs(by, one), takes_links=policy.takes_links(by, one), telephone=telephone, link=link, notice=offer_notice(one, link), history=queries.history_of_offers([one.id]),
        open=one.state is OfferState.OPEN and now() <= one.answer_by, **WORDS,
    )  # fmt: skip


@pages.route("/offers/<int:offer_id>/link", methods=["POST"])
@permit(roles(*ASKED))
def link(offer_id: int) -> ResponseReturnValue:
    """A fresh answer link, shown once inside the notice to copy; the old one is dead."""
    with transaction():
        one = queries.offer_of(actor(), offer_id, now())
        secret = operations.new_link(one, by=actor(), at=now())
        return _shown(one, link=f"{current_app.config['SETTINGS'].public_base_url}/answer/{secret}")


@pages.route("/offers/<int:offer_id>/telephone", methods=["POST"])
@permit(roles(*ASKED))
def telephone(offer_id: int) -> ResponseReturnValue:
    """The committee's telephone, for the lecturer who accepted; each look is in the audit."""
    with transaction():
        one = queries.offer_of(actor(), offer_id, now())
        if not policy.may_answer(actor(), one) or one.state is not OfferState.ACCEPTED:
            raise NotVisible(_("接单以后才看得到联系电话。"))
        changes.note(one, "reveal_telephone", by=actor(), at=now())
        return _shown(one, telephone=True)


def _shown(one: Offer, telephone: bool = False, link: str = "") -> ResponseReturnValue:
    form = AnswerForm(formdata=None) if policy.may_answer(actor(), one) else BehalfForm(formdata=None)
    return _offer(one, form, telephone, link)


@pages.route("/answer/<secret>", methods=["GET", "POST"])
@permit(anyone)
def answer(secret: str) -> ResponseReturnValue:
    """The answer link. Looking changes nothing (chat applications fetch links); the press of a button answers, once."""
    form = AnswerForm()
    with transaction():
        one = queries.by_link(secret)
        open_now = one.state is OfferState.OPEN and now() <= one.answer_by
        by = Actor(kind=Kind.TOKEN, name=_("%(name)s（答复链接）", name=one.lecturer.display_name), offer_id=one.id)
        if not form.is_submitted() or not form.validate_on_submit():
            form.version.data = str(one.version)
            return page(
                "dispatch/answer.html",
                offer=one,
                form=form,
                open=open_now,
                fresh=False,
                desk=queries.desk_of(one.district_id),
                **WORDS,
            )
        _answer(one, form, request.form.get("say", ""), by)
        one = queries.by_link(secret)  # as it stands now
        if one.state is OfferState.ACCEPTED:
            changes.note(one, "reveal_telephone", by=by, at=now())
        return page(
            "dispatch/answer.html",
            offer=one,
            form=form,
            open=False,
            fresh=True,
            desk=queries.desk_of(one.district_id),
            **WORDS,
        )
