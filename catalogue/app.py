"""create_app(): the only module that knows every feature."""

import os
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from catalogue import cli
from catalogue.accounts import account_views as account
from catalogue.accounts import api as accounts_api
from catalogue.accounts import models as _accounts
from catalogue.accounts import people_views as people
from catalogue.accounts import reactions as accounts_reactions
from catalogue.accounts import tasks as accounts_tasks
from catalogue.accounts import views as accounts
from catalogue.calendar import models as _calendar
from catalogue.calendar import views as calendar
from catalogue.core import api, changes, events, languages, logs, metrics, once, outbox, queue, readings, web, words
from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.core.shell import Application
from catalogue.core.words import later
from catalogue.courses import bodies as courses_bodies
from catalogue.courses import edition_views
from catalogue.courses import models as _courses
from catalogue.courses import views as courses_views
from catalogue.courses.events import CourseOffered, CoursePublished, CourseWithdrawn, EditionChanged
from catalogue.demand import models as _demand
from catalogue.demand import views as demand
from catalogue.dispatch import api as dispatch_api
from catalogue.dispatch import board as dispatch_board
from catalogue.dispatch import claim_views as claims
from catalogue.dispatch import corps_views as corps_orders
from catalogue.dispatch import models as _dispatch
from catalogue.dispatch import offer_views as offers
from catalogue.dispatch import operations as dispatch_operations
from catalogue.dispatch import order_calendar
from catalogue.dispatch import reactions as dispatch_reactions
from catalogue.dispatch import views as dispatch
from catalogue.dispatch.events import OfferAccepted
from catalogue.duties import models as _duties
from catalogue.duties import operations as duties_operations
from catalogue.duties import reactions as duties_reactions
from catalogue.duties import views as duties
from catalogue.home import audit_views, lecturer_views, lesson_words, order_lines
from catalogue.home import manage_views as manage
from catalogue.home import operations as home_operations
from catalogue.home import tasks as home_tasks
from catalogue.home import views as home
from catalogue.home.gate import Gate
from catalogue.imports import models as _imports
from catalogue.imports import tasks as imports_tasks
from catalogue.imports import views as imports
from catalogue.lecturers import api as lecturers_api
from catalogue.lecturers import corps_views as corps
from catalogue.lecturers import models as _lecturers
from catalogue.lecturers import part_views as lecturer_parts
from catalogue.lecturers import queries as lecturers_queries
from catalogue.lecturers import views as lecturers
from catalogue.lecturers.events import AvailabilityChanged
from catalogue.lessons import api as lessons_api
from catalogue.lessons import calendar_views as calendars
from catalogue.lessons import feed_views as feeds
from catalogue.lessons import models as _lessons
from catalogue.lessons import move_views as moves
from catalogue.lessons import reactions as lessons_reactions
from catalogue.lessons import risks as lessons_risks
from catalogue.lessons import views as lessons
from catalogue.lessons.events import LessonDelivered
from catalogue.menu import api as menu_api
from catalogue.menu import models as _menu
from catalogue.menu import reactions as menu_reactions
from catalogue.menu import tasks as menu_tasks
from catalogue.menu import views as menu_views
from catalogue.notices import models as _notices
from catalogue.notices import reactions as notices_reactions
from catalogue.notices import tasks as notices_tasks
from catalogue.notices import views as notices
from catalogue.orders import api as orders_api
from catalogue.orders import check_views as checks
from catalogue.orders import form_views as order_form
from catalogue.orders import models as _orders
from catalogue.orders import tasks as orders_tasks
from catalogue.orders import views as orders
from catalogue.orders.events import OrderApproved, OrderCancelled, OrderReturned, OrderUnmet
from catalogue.organisations import api as organisations_api
from catalogue.organisations import models as _organisations
from catalogue.organisations import reshaping_views as reshaping
from catalogue.organisations import settings_views as settings_pages
from catalogue.organisations import tasks as organisations_tasks
from catalogue.organisations import views as organisations
from catalogue.organisations.events import OrganisationEnded, OrganisationMoved, OrganisationsMerged
from catalogue.ratings import api as ratings_api
from catalogue.ratings import models as _ratings
from catalogue.ratings import operations as ratings_operations
from catalogue.ratings import reactions as ratings_reactions
from catalogue.ratings import views as ratings
from catalogue.venues import api as venues_api
from catalogue.venues import models as _venues
from catalogue.venues import reactions as venues_reactions
from catalogue.venues import views as venues
from catalogue.venues.events import VenueChanged
from config import ROOT, Config

MODELS = (
    _organisations, _accounts, _courses, _venues, _lecturers, _calendar, _demand, _orders, _dispatch, _lessons, _ratings, _duties, _notices, _menu,
    _imports,
)  # fmt: skip

# ── what each feature adds (one line each, in the order of the ladder) ────────────────────────────
BLUEPRINTS: tuple[Any, ...] = (  # pages
    organisations.pages,
    reshaping.pages,
    settings_pages.pages,
    accounts.pages,
    account.pages,
    people.pages,
    venues.pages,
    lecturers.pages,
    lecturer_parts.pages,
    corps.pages,
    calendar.pages,
    demand.pages,
    order_form.pages,
    checks.pages,
    orders.pages,
    dispatch.pages,
    claims.pages,
    corps_orders.pages,
    offers.pages,
    courses_views.pages,
    edition_views.pages,
    lessons.pages,
    feeds.pages,
    calendars.pages,
    moves.pages,
    ratings.pages,
    duties.pages,
    notices.pages,
    menu_views.pages,
    home.pages,
    lecturer_views.pages,
    audit_views.pages,
    manage.pages,
    imports.pages,
)
APIS: tuple[Any, ...] = (  # /api/v1 blueprints (flask-smorest)
    organisations_api.api,
    accounts_api.api,
    venues_api.api,
    lecturers_api.api,
    orders_api.api,
    dispatch_api.api,
    lessons_api.api,
    ratings_api.api,
    menu_api.api,
)
LISTENERS: events.Table = {  # news → reactions, in order, in the same transaction
    OrganisationMoved: (accounts_reactions.on_moved,),
    OrganisationsMerged: (accounts_reactions.on_merged, venues_reactions.on_merged, duties_reactions.on_merged),
    OrganisationEnded: (accounts_reactions.on_ended,),
    CoursePublished: (menu_reactions.on_course,),
    CourseWithdrawn: (menu_reactions.on_course,),
    CourseOffered: (menu_reactions.on_course,),
    EditionChanged: (menu_reactions.on_edition,),
    AvailabilityChanged: (lessons_reactions.on_availability, menu_reactions.on_lecturer),
    VenueChanged: (lessons_reactions.on_venue,),
    OrderApproved: (dispatch_reactions.on_order_approved,),
    OrderReturned: (dispatch_reactions.on_order_gone,),
    OrderUnmet: (dispatch_reactions.on_order_gone,),
    OrderCancelled: (dispatch_reactions.on_order_cancelled, lessons_reactions.on_order_cancelled),
    OfferAccepted: (lessons_reactions.on_offer_accepted,),
    LessonDelivered: (ratings_reactions.on_delivered,),
}
DELIVERIES: dict[str, outbox.Handler] = {  # outbox kind → who delivers it
    **notices_tasks.DELIVERIES,
    "menu.availability": menu_tasks.availability,
}
PERIODIC: queue.Periodic = {  # name → work of each minute
    "organisations": organisations_tasks.sweep,
    "accounts": accounts_tasks.sweep,
    "orders": orders_tasks.sweep,
    "dispatch": dispatch_operations.sweep,
    "ratings": ratings_operations.sweep,
    "duties": duties_operations.sweep,
    "menu": menu_tasks.sweep,
    "home": home_operations.sweep,
    "imports": imports_tasks.sweep,
    "audit": home_tasks.verify_audit,
    "once": once.sweep,
}

JOBS: queue.Jobs = {"imports": imports_tasks.work}  # name → long work that pages ask for

# roles (empty: everybody), label, path: the top navigation in its order, at most six entries a role, of one path the first; the rest stands on /manage/
EVERYBODY: frozenset[Role] = frozenset()
TEACHING = frozenset(
    {Role.ORDERER, Role.LECTURER, Role.TOWN_ADMINISTRATOR, Role.DISPATCHER, Role.APPROVER, Role.DISTRICT_ADMINISTRATOR}
)
MANAGING = frozenset(
    {
        Role.TOWN_ADMINISTRATOR,
        Role.DISPATCHER,
        Role.DISTRICT_ADMINISTRATOR,
        Role.SYSTEM_ADMINISTRATOR,
        Role.CORPS_LEADER,
    }
)
NAV: tuple[tuple[frozenset[Role], str, str], ...] = (
    (EVERYBODY, later("课程菜单"), "/courses/"),
    (frozenset({Role.DISTRICT_ADMINISTRATOR, Role.APPROVER}), later("课程管理"), "/manage/courses/"),
    (frozenset({Role.ORDERER, Role.TOWN_ADMINISTRATOR}), later("点单"), "/orders/"),
    (frozenset({Role.TOWN_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR}), later("审核"), "/checks/"),
    (frozenset({Role.DISPATCHER}), later("派单台"), "/dispatch/"),
    (frozenset({Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR}), later("需求"), "/gaps/"),
    (frozenset({Role.APPROVER}), later("待批派单"), "/dispatch/approvals"),
    (frozenset({Role.LECTURER}), later("我的课"), "/offers/"),
    (frozenset({Role.CORPS_LEADER}), later("邀约"), "/offers/"),
    (TEACHING, later("上课"), "/lessons/"),
    (frozenset({Role.LECTURER}), later("我的日历"), "/calendar/mine"),
    (frozenset({Role.DISPATCHER}), later("改期"), "/moves/"),
    (frozenset({Role.ORDERER, Role.LECTURER}), later("评单"), "/ratings/"),
    (frozenset({Role.ORDERER}), later("场地"), "/venues/"),
    (frozenset({Role.AUDITOR}), later("审计"), "/audit/"),
    (MANAGING, later("管理"), "/manage/"),
)


def _told(table: events.Table) -> events.Table:
    """The table with what notices put into the outbox, after the reactions of the features themselves."""
    kinds = {**dict.fromkeys(table), **dict.fromkeys(notices_reactions.LISTENERS)}
    last = notices_reactions.LISTENERS
    return {kind: (*table.get(kind, ()), *((last[kind],) if kind in last else ())) for kind in kinds}


def create_app(config: Config | None = None) -> Flask:
    """The application of one configuration (the environment's unless one is given)."""
    settings = config or Config.from_environment(os.environ)
    if settings.app_env != "test":
        os.umask(0o077)  # rows, logs and uploads hold telephone numbers: nobody else on the machine reads them
    settings.make_folders()
    app = Application(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(settings.flask(), SETTINGS=settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.init_app(app, behind_proxy=settings.trusted_proxies > 0)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=words.spoken, default_locale=words.DEFAULT)
    languages.init(app, settings.offered_languages)
    web.init(app, Gate())
    metrics.init_app(app, token=settings.metrics_token, readings=readings.READINGS)
    web.permit(web.machines)(app.view_functions["asset"])
    app.extensions["songxue.nav"] = NAV
    courses_bodies.CORPS = lecturers_queries.corps_in_force
    order_form.AVAILABILITY = order_calendar.who_could_come
    orders.LINES = order_lines.lines
    dispatch_board.LESSON_WORDS = lesson_words.words_of
    lessons_risks.wire()
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)
    api.init(app, APIS)
    events.wire(app, _told(LISTENERS))
    changes.watch(app, duties_reactions.on_touched)
    queue.wire(app, PERIODIC, JOBS)
    outbox.wire(app, DELIVERIES, queue.wake(app))
    cli.init_app(app)
    return app
