"""Every read of courses: who may order one, in which edition, and the lists of the people who keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from catalogue.accounts.models import Membership
from catalogue.core import text, wording
from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.core.db import db
from catalogue.core.errors import NotAllowed
from catalogue.core.paging import Page, paged
from catalogue.core.words import _
from catalogue.courses.models import (
    Audience,
    Category,
    Course,
    CourseForm,
    CourseHistory,
    CourseOffer,
    CourseProblem,
    CourseTag,
    CourseVersion,
    CourseVersionHistory,
    Edition,
    EditionHistory,
    EditionItem,
    Equipment,
    Series,
)
from catalogue.courses.policy import KEEPERS
from catalogue.courses.search import answers, wanted
from catalogue.courses.states import Action, State
from catalogue.organisations.models import Organisation, OrganisationReach
from catalogue.organisations.queries import chain_of, one

# ── may it be ordered, and from which edition ────────────────────────────────────────────────────


@dataclass(frozen=True)
class Verdict:
    """May this be ordered? If not: a stable code, the sentence people read, and the day it opens when known."""

    code: str = ""
    sentence: str = ""
    item: EditionItem | None = None
    opens_on: date | None = None

    def __bool__(self) -> bool:
        return not self.code


def orderable(course: Course, organisation: Organisation) -> Verdict:
    """May this organisation order this course at all (edition, quota and lead time aside)?"""
    published = db.session.scalar(_PUBLISHED_ID, {"course_id": course.id}) is not None
    return judged(course, offered_to(course), chain_of(organisation), published=published)


def judged(course: Any, offered: Sequence[int], chain: Sequence[int], *, published: bool) -> Verdict:
    """The verdict on a course (or a row with its flags) for an organisation given as its chain; asks no database."""
    if not published:
        return Verdict("not_published", _("这门课现在没有上架，请在课程菜单里另选一门。"))
    if course.programme_only:
        return Verdict("programme_only", _("这门课只在培训班次里开，不能单独点。"))
    if not course.orderable:
        return Verdict("not_singly", _("这是成班的课，不能单独点单。想参加请联系区里的学院。"))
    if not offered and course.restricted:
        return Verdict("restricted", _("这门课不对外点单。"))
    if not set(offered or (course.district_id,)).isdisjoint(chain):
        return Verdict()
    return Verdict("not_offered", _("这门课没有面向您所在的单位，请另选一门。"))


_PUBLISHED_ID = sa.select(CourseVersion.id).where(
    CourseVersion.course_id == sa.bindparam("course_id"), CourseVersion.state == State.PUBLISHED
)


def offered_to(course: Course) -> Sequence[int]:
    """Organisations whose subtree may order the course; empty means the owner's district."""
    query = sa.select(CourseOffer.organisation_id).where(CourseOffer.course_id == course.id)
    return db.session.scalars(query.order_by(CourseOffer.organisation_id)).all()


_ITEMS = (
    sa.select(EditionItem)
    .join(EditionItem.edition)
    .options(joinedload(EditionItem.edition), joinedload(EditionItem.course_version))
    .where(
        EditionItem.course_id == sa.bindparam("course_id"), EditionItem.ended_on.is_(None),
        Edition.organisation_id.in_(sa.bindparam("chain", expanding=True)), Edition.ended_on.is_(None), Edition.published_on <= sa.bindparam("day"),
    )
    .order_by(Edition.teach_until, Edition.id, EditionItem.id)
)  # fmt: skip


def edition_for(course: Course, organisation: Organisation, day: date) -> Verdict:
    """The edition item an order of this day belongs to. After a window it is the next edition's if that one is open,
    else the refusal names the day the next one opens."""
    return edition_in(course.id, chain_of(organisation), day)


def edition_in(course_id: int, chain: Sequence[int], day: date) -> Verdict:
    """The same for an organisation given as its chain."""
    items = db.session.scalars(_ITEMS, {"course_id": course_id, "chain": list(chain), "day": day}).all()
    coming = [item for item in items if item.edition.order_until >= day and item.edition.teach_until >= day]
    for item in coming:
        if item.edition.order_from <= day:
            return Verdict(item=item)
    if coming:
        first = min(coming, key=lambda item: item.edition.order_from)
        opens = first.edition.order_from
        words = _(
            "本季点单已经截止，%(name)s从%(day)s起可以点。", name=first.edition.name, day=wording.day_text(opens, day)
        ) if items[0] is not first else _("%(name)s从%(day)s起可以点单。", name=first.edition.name, day=wording.day_text(opens, day))  # fmt: skip
        return Verdict("not_yet_open", words, opens_on=opens)
    if items:
        return Verdict("window_closed", _("本季点单已经截止，下一季的菜单还没有发布。发布后就能点。"))
    return Verdict("not_in_edition", _("这门课不在本季菜单里，请另选一门，或等下一季。"))


def editions_of(chain: Sequence[int], day: date) -> Sequence[Edition]:
    """Published editions of these organisations that one can still order from on this day or later, soonest first."""
    query = sa.select(Edition).where(
        Edition.organisation_id.in_(list(chain)), Edition.ended_on.is_(None), Edition.published_on <= day,
        Edition.order_until >= day,
    )  # fmt: skip
    return db.session.scalars(query.order_by(Edition.order_from, Edition.id)).all()


# ── the lists of those who keep courses ──────────────────────────────────────────────────────────


def in_reach(by: Actor) -> sa.ColumnElement[bool]:
    """Courses this actor may look at in the back rooms: those of the districts they work in. Raises NotAllowed without any."""
    if by.kind is Kind.JOB or any(m.level is Level.CITY for m in by.memberships):
        return sa.true()
    districts = sorted({m.district_id for m in by.memberships if m.district_id is not None})
    if not districts:
        raise NotAllowed(_("您的岗位看不到这些内容。"))
    return Course.district_id.in_(districts)


def orphan(owner: Organisation, day: date) -> bool:
    """Has this owner no administrator of its own today? Then the district's keeps its courses."""
    query = sa.select(Membership.id).where(
        Membership.organisation_id == owner.id, Membership.role.in_(KEEPERS), Membership.starts_on <= day,
        sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is None


def owners_for(by: Actor, day: date) -> Sequence[Organisation]:
    """Organisations in whose name this actor may write courses, by name."""
    own = by.organisations(*KEEPERS)
    districts = by.districts(Role.DISTRICT_ADMINISTRATOR)
    kept = sa.select(Membership.organisation_id).where(
        Membership.role.in_(KEEPERS), Membership.starts_on <= day, sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= day)
    )  # fmt: skip
    unkept = sa.and_(
        Organisation.district_id.in_(districts),
        sa.or_(
            Organisation.kind.in_(("district", "academy")),
            sa.and_(Organisation.level == Level.UNIT, Organisation.id.not_in(kept)),
        ),
    )
    query = sa.select(Organisation).where(Organisation.ended_on.is_(None), sa.or_(Organisation.id.in_(own), unkept))
    return db.session.scalars(
        query.order_by(Organisation.level != Level.DISTRICT, Organisation.sort_key, Organisation.id)
    ).all()


_NEWEST = sa.select(sa.func.max(CourseVersion.number)).where(CourseVersion.course_id == Course.id).correlate(Course)


def kept_courses(
    by: Actor, *, q: str = "", state: str = "", category: int | None = None, after: str = "", before: str = ""
) -> Page[Any]:
    """One page of courses with their newest version (title, state, number, form, minutes) and owner, by name."""
    newest, owner = aliased(CourseVersion), aliased(Organisation)
    query = (
        sa.select(
            Course.id, Course.title, Course.sort_key, Course.on_menu, Course.orderable, Course.restricted, Course.premium_on, Course.gold_on,
            newest.id.label("version_id"), newest.number, newest.state, newest.minutes, newest.title.label("newest_title"),
            CourseForm.label.label("form"), Category.label.label("category"), owner.name.label("owner"),
        )
        .select_from(Course)
        .join(newest, sa.and_(newest.course_id == Course.id, newest.number == _NEWEST.scalar_subquery()))
        .join(CourseForm, CourseForm.code == newest.form)
        .join(Category, Category.id == Course.category_id)
        .join(owner, owner.id == Course.owner_id)
        .where(in_reach(by))
    )  # fmt: skip
    if wanted(q):
        query = query.where(answers(Course.id, wanted(q)))
    if state in set(State):
        query = query.where(newest.state == State(state))
    if category is not None:
        query = query.where(Course.category_id == category)
    keys = [(Course.sort_key, False), (Course.id, False)]
    return paged(query, keys, after=after, before=before, key_of=lambda row: (row.sort_key, row.id), scalars=False)


def seen(by: Actor, course_id: int) -> Course:
    """A course in the back rooms. Raises NotVisible outside the actor's districts."""
    return one(sa.select(Course).where(in_reach(by), Course.id == course_id).options(joinedload(Course.category)))


def version_seen(by: Actor, version_id: int) -> CourseVersion:
    """A version with its course and lists. Raises NotVisible outside the actor's districts."""
    query = (
        sa.select(CourseVersion)
        .join(CourseVersion.course)
        .where(in_reach(by), CourseVersion.id == version_id)
        .options(
            joinedload(CourseVersion.course),
            selectinload(CourseVersion.audiences),
            selectinload(CourseVersion.equipment),
        )
    )
    return one(query)


_VERSIONS = (
    sa.select(CourseVersion)
    .where(CourseVersion.course_id == sa.bindparam("id"))
    .order_by(CourseVersion.number.desc())
    .options(
        joinedload(CourseVersion.course), selectinload(CourseVersion.audiences), selectinload(CourseVersion.equipment)
    )
)


def versions_of(course_id: int) -> Sequence[CourseVersion]:
    """All versions, newest first, with audiences and equipment."""
    return db.session.scalars(_VERSIONS, {"id": course_id}).all()


def published_version(course_id: int) -> CourseVersion | None:
    """The version one orders today."""
    return db.session.scalars(
        sa.select(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.state == State.PUBLISHED)
    ).one_or_none()


def submitter_of(version: CourseVersion) -> int | None:
    """The person whose submission waits (or led to) approval."""
    history = CourseVersionHistory
    query = sa.select(history.person_id).where(history.owner_id == version.id, history.action == Action.SUBMIT.value)
    return db.session.scalars(query.order_by(history.id.desc()).limit(1)).first()


def tags_of(course_id: int) -> Sequence[str]:
    return db.session.scalars(
        sa.select(CourseTag.tag).where(CourseTag.course_id == course_id).order_by(CourseTag.tag)
    ).all()


def problems_of(course_id: int) -> Sequence[str]:
    """Words in which committees state the trouble this course helps with."""
    query = sa.select(CourseProblem.words).where(CourseProblem.course_id == course_id)
    return db.session.scalars(query.order_by(CourseProblem.words)).all()


def history_of(course_id: int) -> Sequence[Any]:
    """What was done with a course and its versions, oldest first. The first version is made with its course: that is one deed."""
    course = db.session.scalars(sa.select(CourseHistory).where(CourseHistory.owner_id == course_id)).all()
    versions = db.session.scalars(
        sa.select(CourseVersionHistory).join(CourseVersion, CourseVersion.id == CourseVersionHistory.owner_id)
        .where(CourseVersion.course_id == course_id, sa.or_(CourseVersion.number > 1, CourseVersionHistory.action != "create"))
    ).all()  # fmt: skip
    return sorted([*course, *versions], key=lambda row: (row.at, row.__tablename__, row.id))


# ── editions ─────────────────────────────────────────────────────────────────────────────────────


def _editions_in_reach(by: Actor) -> sa.ColumnElement[bool]:
    if by.kind is Kind.JOB or any(m.level is Level.CITY for m in by.memberships):
        return sa.true()
    return Edition.district_id.in_({m.district_id for m in by.memberships if m.district_id is not None})


def editions(by: Actor, *, after: str = "", before: str = "") -> Page[Any]:
    """One page of editions with their organisation and number of courses, latest first."""
    count = sa.select(sa.func.count()).where(EditionItem.edition_id == Edition.id, EditionItem.ended_on.is_(None))
    query = (
        sa.select(
            Edition.id, Edition.name, Edition.order_from, Edition.order_until, Edition.teach_from, Edition.teach_until, Edition.published_on,
            Edition.ended_on, Organisation.name.label("organisation"), count.correlate(Edition).scalar_subquery().label("courses"),
        )
        .select_from(Edition)
        .join(Organisation, Organisation.id == Edition.organisation_id)
        .where(_editions_in_reach(by))
    )  # fmt: skip
    keys = [(Edition.teach_from, True), (Edition.id, True)]
    return paged(query, keys, after=after, before=before, key_of=lambda row: (row.teach_from, row.id), scalars=False)


def edition_seen(by: Actor, edition_id: int) -> Edition:
    """An edition of the actor's districts. Raises NotVisible for others."""
    return one(sa.select(Edition).where(_editions_in_reach(by), Edition.id == edition_id))


def items(edition_id: int, *, q: str = "", after: str = "", before: str = "") -> Page[Any]:
    """One page of an edition's courses, by name, the ended ones left out."""
    query = (
        sa.select(
            EditionItem.id, EditionItem.limit, EditionItem.course_id, Course.sort_key, CourseVersion.title, CourseVersion.number,
            CourseVersion.minutes, Category.label.label("category"),
        )
        .select_from(EditionItem)
        .join(Course, Course.id == EditionItem.course_id)
        .join(CourseVersion, CourseVersion.id == EditionItem.course_version_id)
        .join(Category, Category.id == Course.category_id)
        .where(EditionItem.edition_id == edition_id, EditionItem.ended_on.is_(None))
    )  # fmt: skip
    if wanted(q):
        query = query.where(answers(Course.id, wanted(q)))
    keys = [(Course.sort_key, False), (EditionItem.id, False)]
    return paged(query, keys, after=after, before=before, key_of=lambda row: (row.sort_key, row.id), scalars=False)


def addable(edition: Edition, *, q: str = "", limit: int = 20) -> Sequence[Any]:
    """Published courses of the edition's district that are not on it yet, by name."""
    there = sa.select(EditionItem.course_id).where(EditionItem.edition_id == edition.id, EditionItem.ended_on.is_(None))
    query = (
        sa.select(Course.id, Course.title, CourseVersion.id.label("version_id"), Category.label.label("category"))
        .join(CourseVersion, sa.and_(CourseVersion.course_id == Course.id, CourseVersion.state == State.PUBLISHED))
        .join(Category, Category.id == Course.category_id)
        .where(Course.district_id == edition.district_id, Course.orderable, Course.id.not_in(there))
    )
    if wanted(q):
        query = query.where(answers(Course.id, wanted(q)))
    return db.session.execute(query.order_by(Course.sort_key, Course.id).limit(limit)).all()


def earlier_editions(edition: Edition) -> Sequence[Edition]:
    """Editions of the same organisation whose courses may be copied, latest first."""
    query = sa.select(Edition).where(Edition.organisation_id == edition.organisation_id, Edition.id != edition.id)
    return db.session.scalars(query.order_by(Edition.teach_from.desc(), Edition.id.desc()).limit(12)).all()


def history_of_edition(edition_id: int) -> Sequence[EditionHistory]:
    return db.session.scalars(
        sa.select(EditionHistory).where(EditionHistory.owner_id == edition_id).order_by(EditionHistory.id)
    ).all()


# ── vocabularies ─────────────────────────────────────────────────────────────────────────────────

VOCABULARIES: dict[str, Any] = {"forms": CourseForm, "audiences": Audience, "equipment": Equipment}


def categories(organisation_id: int | None = None) -> Sequence[Category]:
    """The city's categories; with an organisation also that district's sub-categories (those not ended)."""
    query = sa.select(Category).where(
        Category.ended_on.is_(None),
        sa.or_(Category.organisation_id.is_(None), Category.organisation_id == organisation_id),
    )
    return db.session.scalars(query.order_by(Category.parent_id.is_not(None), Category.position, Category.id)).all()


def words_of(kind: str, *, ended: bool = False) -> Sequence[Any]:
    """Entries of forms, audiences or equipment in their order; those ended only when asked for."""
    model = VOCABULARIES[kind]
    query = sa.select(model).order_by(model.position, model.code)
    return db.session.scalars(query if ended else query.where(model.ended_on.is_(None))).all()


def series_of(district_id: int, *, ended: bool = False) -> Sequence[Series]:
    query = sa.select(Series).where(Series.district_id == district_id).order_by(Series.name, Series.id)
    return db.session.scalars(query if ended else query.where(Series.ended_on.is_(None))).all()


def offerable(district_id: int, more: Sequence[int] = ()) -> list[tuple[int, str]]:
    """Where a course of this district may be offered: the district, its towns, the other districts, and `more` already chosen."""
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(
            Organisation.ended_on.is_(None),
            sa.or_(
                sa.and_(Organisation.district_id == district_id, Organisation.level.in_((Level.DISTRICT, Level.TOWN))),
                Organisation.level == Level.DISTRICT, Organisation.id.in_(more),
            ),
        )
        .order_by(Organisation.district_id != district_id, Organisation.level != Level.DISTRICT, Organisation.sort_key, Organisation.id)
    )  # fmt: skip
    return [(row.id, row.name) for row in rows]


def names_offered(course_id: int) -> Sequence[str]:
    """Names of the organisations a course is offered to."""
    query = sa.select(Organisation.name).join(CourseOffer, CourseOffer.organisation_id == Organisation.id)
    return db.session.scalars(query.where(CourseOffer.course_id == course_id).order_by(Organisation.sort_key)).all()


def label_of(category_id: int | None) -> str:
    """The label of a category or sub-category, ended or not."""
    return db.session.scalar(sa.select(Category.label).where(Category.id == category_id)) or ""


def subcategories_of(district_id: int) -> Sequence[Category]:
    """A district's sub-categories, ended ones included."""
    query = sa.select(Category).where(Category.organisation_id == district_id)
    return db.session.scalars(query.order_by(Category.parent_id, Category.position, Category.id)).all()


def homes_for(by: Actor) -> Sequence[Organisation]:
    """Districts and towns for which this actor may write editions, by name."""
    ids = by.organisations(Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR)
    towns = sa.and_(
        Organisation.level == Level.TOWN, Organisation.district_id.in_(by.districts(Role.DISTRICT_ADMINISTRATOR))
    )
    query = sa.select(Organisation).where(
        Organisation.level.in_((Level.DISTRICT, Level.TOWN)),
        Organisation.ended_on.is_(None),
        sa.or_(Organisation.id.in_(ids), towns),
    )
    return db.session.scalars(
        query.order_by(Organisation.level != Level.DISTRICT, Organisation.sort_key, Organisation.id)
    ).all()


def below_of(organisation_ids: Sequence[int]) -> sa.Select[int]:
    """Ids of these organisations and everything under them today."""
    return sa.select(OrganisationReach.descendant_id).where(OrganisationReach.ancestor_id.in_(organisation_ids))


def squeezed(words: Sequence[str]) -> list[str]:
    """Words as they are kept: normalised, each once, in order."""
    return list(dict.fromkeys(clean for said in words if (clean := text.normalised(said, 30))))


def overlapping(edition: Edition) -> Sequence[Edition]:
    """Other published editions of the same owner that take orders on some of the same days for lessons on some of the same days."""
    query = sa.select(Edition).where(
        Edition.organisation_id == edition.organisation_id, Edition.id != edition.id, Edition.published_on.is_not(None), Edition.ended_on.is_(None),
        Edition.order_from <= edition.order_until, Edition.order_until >= edition.order_from,
        Edition.teach_from <= edition.teach_until, Edition.teach_until >= edition.teach_from,
    )  # fmt: skip
    return db.session.scalars(query.order_by(Edition.teach_from, Edition.id)).all()
