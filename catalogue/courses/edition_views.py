"""Keeping editions (每季菜单): the list, one edition with its courses, and the vocabularies courses are described with."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import once
from catalogue.core.actor import Role
from catalogue.core.clock import day_of
from catalogue.core.db import db, transaction
from catalogue.core.errors import IllegalAction, Invalid, NotVisible
from catalogue.core.forms import ActionForm, version_of
from catalogue.core.web import actor, now, page, permit, require, roles
from catalogue.core.wording import listed as listed_text
from catalogue.core.words import _, _l
from catalogue.courses import editions, policy, queries
from catalogue.courses.errors import NotYours
from catalogue.courses.forms import CopyForm, EditionForm, ItemForm, NewEditionForm, WordForm
from catalogue.courses.models import Category, Edition, EditionItem, Series
from catalogue.courses.policy import READERS
from catalogue.organisations.models import Organisation

pages = Blueprint("editions", __name__)
KEEPERS = (Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR)
DAYS = editions.DAYS


def state_of(edition: Any, today: Any) -> str:
    """draft, published (orders not yet open), open or closed: the chip of an edition."""
    if edition.ended_on is not None or edition.order_until < today:
        return "closed"
    if edition.published_on is None:
        return "draft"
    return "open" if edition.order_from <= today else "published"


@pages.get("/editions/")
@permit(roles(*READERS))
def listed() -> ResponseReturnValue:
    """Editions of the actor's districts, latest first."""
    with transaction():
        found = queries.editions(actor(), after=request.args.get("after", ""), before=request.args.get("before", ""))
        homes = queries.homes_for(actor()) if actor().has(*KEEPERS) else ()
        return page(
            "courses/editions.html", found=found, may_create=bool(homes), state_of=state_of, today=day_of(now())
        )


@pages.route("/editions/new", methods=["GET", "POST"])
@permit(roles(*KEEPERS))
def new() -> ResponseReturnValue:
    """A new edition, not yet published."""
    with transaction():
        homes = {str(o.id): o for o in queries.homes_for(actor())}
        if not homes:
            raise NotYours(_("您没有可以开菜单的单位。"))
        form = NewEditionForm()
        form.organisation_id.choices = {key: home.name for key, home in homes.items()}
        if not form.validate_on_submit():
            return page("courses/edition_form.html", form=form, edition=None)
        if there := once.made_before(form):
            return redirect(there)
        days = {name: form[name].data for name in DAYS}
        made = editions.create(homes[form.organisation_id.data], form.name.data or "", days, by=actor(), at=now())
        there = once.led_to(form, f"/editions/{made.id}")
    flash(_("已建好，还没有发布。先把课放进来。"), "done")
    return redirect(there)


@pages.get("/editions/<int:edition_id>")
@permit(roles(*READERS))
def edition(edition_id: int) -> ResponseReturnValue:
    """One edition: its days, its courses with limits, courses that could be added, and its history."""
    args = request.args
    with transaction():
        found = queries.edition_seen(actor(), edition_id)
        home = db.session.get_one(Organisation, found.organisation_id)
        keeps = policy.keeps_editions(actor(), home) and found.ended_on is None
        q = args.get("q", "")[:40]
        listed_ = queries.items(edition_id, q=q, after=args.get("after", ""), before=args.get("before", ""))
        add = args.get("add", "")[:40]
        addable = queries.addable(found, q=add) if keeps else ()
        earlier = queries.earlier_editions(found) if keeps else ()
        history = queries.history_of_edition(edition_id)
        return page(
            "courses/edition.html", edition=found, home=home, keeps=keeps, found=listed_, addable=addable, earlier=earlier, history=history,
            state=state_of(found, day_of(now())), q=q, add=add, copy_key=once.fresh_key(),
            clash=_clash(found) if keeps else "",
        )  # fmt: skip


def _clash(edition: Edition) -> str:
    """What it means that another published edition takes orders on the same days for the same days; empty when none does."""
    others = queries.overlapping(edition)
    if not others:
        return ""
    names = listed_text(_("“%(name)s”", name=one.name) for one in others)
    first = min([edition, *others], key=lambda e: (e.teach_from, e.id))
    return _(
        "和已发布的%(names)s点单、上课的日期都有重叠。同一门课两季都有时，点单算在所选时间多数落在的那一季；分不出来时，算在“%(first)s”。",
        names=names,
        first=first.name,
    )


def _seen(edition_id: int) -> Edition:
    return queries.edition_seen(actor(), edition_id)


def _kept(edition_id: int) -> Edition:
    """An edition the actor may write, for the pages with its forms."""
    found = _seen(edition_id)
    require(policy.keeps_editions(actor(), db.session.get_one(Organisation, found.organisation_id)))
    return found


def _item(edition: Edition, item_id: int) -> EditionItem:
    item = db.session.get(EditionItem, item_id)
    if item is None or item.edition_id != edition.id:
        raise NotVisible(_("这一季里没有这门课。"))
    return item


def _back(edition_id: int, said: str = "") -> ResponseReturnValue:
    flash(said or _("已保存。"), "done")
    return redirect(f"/editions/{edition_id}")


@pages.route("/editions/<int:edition_id>/edit", methods=["GET", "POST"])
@permit(roles(*KEEPERS))
def edit(edition_id: int) -> ResponseReturnValue:
    """Name and days."""
    with transaction():
        found = _kept(edition_id)
        form = EditionForm(obj=found)
        if not form.validate_on_submit():
            return page("courses/edition_form.html", form=form, edition=found)
        values = {name: form[name].data for name in ("name", *DAYS)}
        editions.edit(found, values, by=actor(), at=now(), version=version_of(form))
        clash = _clash(found) if found.published_on is not None else ""
    if clash:
        flash(_("已保存。请注意：%(clash)s", clash=clash), "wait")
        return redirect(f"/editions/{edition_id}")
    return _back(edition_id)


@pages.post("/editions/<int:edition_id>/publish")
@permit(roles(*KEEPERS))
def publish(edition_id: int) -> ResponseReturnValue:
    """Shows the edition; one may order from its first day on."""
    form = ActionForm()
    with transaction():
        found = _seen(edition_id)
        clash = _clash(found)
        editions.publish(found, by=actor(), at=now(), version=version_of(form))
        if (
            clash and request.form.get("overlap") != "known"
        ):  # undone with the transaction: who may not publish hears that first
            raise IllegalAction(_("还没有发布：%(clash)s请回到这一季的页面，看过再确定。", clash=clash))
    return _back(edition_id, _("已发布。到点单开始那天，居村就能点。"))


@pages.post("/editions/<int:edition_id>/end")
@permit(roles(*KEEPERS))
def end(edition_id: int) -> ResponseReturnValue:
    """No more orders from this edition."""
    form = ActionForm()
    with transaction():
        editions.end(_seen(edition_id), by=actor(), at=now(), version=version_of(form))
    return _back(edition_id, _("这一季已经结束，不再接受点单。已经点的照常。"))


@pages.post("/editions/<int:edition_id>/add")
@permit(roles(*KEEPERS))
def add(edition_id: int) -> ResponseReturnValue:
    """Puts one published course on the edition."""
    said = request.form.get("course", "")
    with transaction():
        found = _seen(edition_id)
        version = queries.published_version(int(said)) if said.isascii() and said.isdigit() and len(said) < 16 else None
        if version is None:
            raise NotVisible(_("没有找到这门课，可能刚刚下架了。"))
        editions.add_item(found, version, by=actor(), at=now())
    return _back(edition_id, _("已加入。"))


@pages.post("/editions/<int:edition_id>/add-all")
@permit(roles(*KEEPERS))
def add_all(edition_id: int) -> ResponseReturnValue:
    """Puts every published course of the district on the edition."""
    with transaction():
        n = editions.add_all(_seen(edition_id), by=actor(), at=now())
    return _back(edition_id, _("加入了 %(n)d 门课。", n=n))


@pages.post("/editions/<int:edition_id>/copy")
@permit(roles(*KEEPERS))
def copy(edition_id: int) -> ResponseReturnValue:
    """Takes over the courses of an earlier edition."""
    form = CopyForm()
    said = form.earlier.data or ""
    with transaction():
        earlier = _seen(int(said)) if said.isascii() and said.isdigit() and len(said) < 16 else None
        if earlier is None:
            raise NotVisible(_("请先选一季。"))
        if once.again(form, f"/editions/{edition_id}"):
            return redirect(f"/editions/{edition_id}")
        n = editions.copy_items(_seen(edition_id), earlier, by=actor(), at=now())
    return _back(edition_id, _("从%(name)s复制了 %(n)d 门课。", name=earlier.name, n=n))


@pages.route("/editions/<int:edition_id>/items/<int:item_id>", methods=["GET", "POST"])
@permit(roles(*KEEPERS))
def item(edition_id: int, item_id: int) -> ResponseReturnValue:
    """How many lessons of a course the edition allows."""
    with transaction():
        found = _kept(edition_id)
        one = _item(found, item_id)
        form = ItemForm(obj=one)
        if not form.validate_on_submit():
            course = queries.seen(actor(), one.course_id)
            return page("courses/item.html", form=form, edition=found, course=course, item=one)
        editions.limit_item(found, one, form.limit.data, by=actor(), at=now())
    return _back(edition_id)


@pages.post("/editions/<int:edition_id>/items/<int:item_id>/end")
@permit(roles(*KEEPERS))
def end_item(edition_id: int, item_id: int) -> ResponseReturnValue:
    """Takes a course off the edition."""
    with transaction():
        found = _seen(edition_id)
        editions.end_item(found, _item(found, item_id), by=actor(), at=now())
    return _back(edition_id, _("已从这一季拿掉。已经点的照常。"))


# ── vocabularies ─────────────────────────────────────────────────────────────────────────────────

KINDS = {
    "forms": _l("形式"),
    "audiences": _l("对象"),
    "equipment": _l("设备"),
    "subcategories": _l("小类"),
    "series": _l("系列"),
}


def _entries(kind: str, district_id: int) -> list[dict[str, Any]]:
    """Entries of a vocabulary as the page lists them: key, label, ended, and the category above."""
    if kind in queries.VOCABULARIES:
        return [
            {"key": w.code, "label": w.label, "ended": w.ended_on, "above": ""}
            for w in queries.words_of(kind, ended=True)
        ]
    if kind == "series":
        return [
            {"key": s.id, "label": s.name, "ended": s.ended_on, "above": ""}
            for s in queries.series_of(district_id, ended=True)
        ]
    names = {c.id: c.label for c in queries.categories()}
    subs = queries.subcategories_of(district_id)
    return [
        {"key": c.id, "label": c.label, "ended": c.ended_on, "above": names.get(c.parent_id or 0, "")} for c in subs
    ]


def _district() -> int:
    held = actor().districts(Role.DISTRICT_ADMINISTRATOR)
    if not held:
        raise NotYours(_("词表由区管理员维护。"))
    return held[0]


@pages.route(
    "/manage/words/<any('forms', 'audiences', 'equipment', 'subcategories', 'series'):kind>", methods=["GET", "POST"]
)
@permit(roles(Role.DISTRICT_ADMINISTRATOR))
def words(kind: str) -> ResponseReturnValue:
    """A vocabulary: every entry, and a new one."""
    with transaction():
        district_id = _district()
        form = WordForm()
        form.parent_id.choices = {str(c.id): c.label for c in queries.categories() if c.parent_id is None}
        if form.validate_on_submit():
            if once.again(form, f"/manage/words/{kind}"):
                return redirect(f"/manage/words/{kind}")
            _add(kind, form)
            return _to_words(kind)
        entries = _entries(kind, district_id)
        return page("courses/words_list.html", form=form, entries=entries, kind=kind, kinds=KINDS)


def _add(kind: str, form: WordForm) -> None:
    label = form.label.data or ""
    if kind in queries.VOCABULARIES:
        editions.add_word(kind, label, by=actor(), at=now())
    elif kind == "series":
        editions.add_series(label, by=actor(), at=now())
    elif not form.parent_id.data:
        raise Invalid(_("请选择大类。"), field="parent_id")
    else:
        editions.add_subcategory(db.session.get_one(Category, int(form.parent_id.data)), label, by=actor(), at=now())


def _own(kind: str, key: str) -> Category | Series:
    model: Any = Series if kind == "series" else Category
    found = db.session.get(model, int(key)) if key.isascii() and key.isdigit() and len(key) < 16 else None
    if found is None:
        raise NotVisible(_("没有这个词。"))
    own: Category | Series = found
    return own


def _to_words(kind: str) -> ResponseReturnValue:
    flash(_("已保存。"), "done")
    return redirect(f"/manage/words/{kind}")


@pages.route(
    "/manage/words/<any('forms', 'audiences', 'equipment', 'subcategories', 'series'):kind>/<key>",
    methods=["GET", "POST"],
)
@permit(roles(Role.DISTRICT_ADMINISTRATOR))
def word(kind: str, key: str) -> ResponseReturnValue:
    """Renames one entry; everything described with it shows the new name."""
    with transaction():
        entry = next((e for e in _entries(kind, _district()) if str(e["key"]) == key), None)
        if entry is None:
            raise NotVisible(_("没有这个词。"))
        form = WordForm(data={"label": entry["label"]})
        del form.parent_id
        if not form.validate_on_submit():
            return page("courses/word.html", form=form, entry=entry, kind=kind, kinds=KINDS)
        if kind in queries.VOCABULARIES:
            editions.rename_word(kind, key, form.label.data or "", by=actor(), at=now())
        else:
            editions.rename_own(_own(kind, key), form.label.data or "", by=actor(), at=now())
    return _to_words(kind)


@pages.post(
    "/manage/words/<any('forms', 'audiences', 'equipment', 'subcategories', 'series'):kind>/<key>/<any('end', 'restore'):act>"
)
@permit(roles(Role.DISTRICT_ADMINISTRATOR))
def end_word(kind: str, key: str, act: str) -> ResponseReturnValue:
    """Takes an entry out of the choices, or brings it back."""
    with transaction():
        if not any(str(e["key"]) == key for e in _entries(kind, _district())):
            raise NotVisible(_("没有这个词。"))
        if kind in queries.VOCABULARIES:
            editions.end_word(kind, key, by=actor(), at=now(), again=act == "restore")
        else:
            editions.end_own(_own(kind, key), by=actor(), at=now(), again=act == "restore")
    return _to_words(kind)
