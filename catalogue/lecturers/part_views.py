"""Parts of a lecturer: courses they may teach, appointments, the ordinary week."""

from datetime import date, timedelta

import sqlalchemy as sa
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import clock, once
from catalogue.core.db import db, transaction
from catalogue.core.errors import Invalid, NotAllowed, NotVisible
from catalogue.core.forms import options, version_of
from catalogue.core.web import actor, now, page, permit
from catalogue.core.wording import WEEKDAYS
from catalogue.core.words import _
from catalogue.courses.models import Course
from catalogue.lecturers import appointing, forms, listing, operations, policy, queries
from catalogue.lecturers.models import Appointment, Lecturer, Qualification
from catalogue.lecturers.views import (
    KEEPERS,
    KEEPERS_AND_LECTURERS,
    coming,
    crumbs_of,
    done,
    done_or_mend,
    form_page,
    kept,
)

pages = Blueprint("lecturer_parts", __name__, url_prefix="/lecturers")


# ── courses ────────────────────────────────────────────────────────────────────────────────────


@pages.route("/<int:lecturer_id>/qualify", methods=["GET", "POST"])
@permit(KEEPERS)
def qualify(lecturer_id: int) -> ResponseReturnValue:
    """A course the lecturer may teach: found by ?q=, then chosen."""
    q = request.args.get("q", "").strip()[:60]
    with transaction():
        found = kept(lecturer_id)
        courses = listing.courses_like(found.district_id, q)
        form = forms.QualificationForm(data={"since": clock.day_of(now())})
        form.course.choices = options({c.id: c.title for c in courses})
        if not form.validate_on_submit():
            return page(
                "lecturers/qualify.html", form=form, lecturer=found, q=q, courses=courses, crumbs=crumbs_of(found), back=f"/lecturers/{found.id}",
            )  # fmt: skip
        course = next((c for c in courses if c.id == form.course.data), None)
        if course is None:
            raise Invalid(_("请先找到课程，再选一门。"), field="course")
        if once.again(form, f"/lecturers/{found.id}"):
            return redirect(f"/lecturers/{found.id}")
        operations.qualify(
            found, course, since=form.since.data, until=form.until.data, trial_lecture_on=form.trial_lecture_on.data, by=actor(), at=now()
        )  # fmt: skip
        return done(found, _("已登记，可以讲《%(title)s》了。", title=course.title))


@pages.route("/<int:lecturer_id>/qualifications/<int:qualification_id>/end", methods=["GET", "POST"])
@permit(KEEPERS)
def end_qualification(lecturer_id: int, qualification_id: int) -> ResponseReturnValue:
    """The last day of teaching a course."""
    with transaction():
        found = kept(lecturer_id)
        row = db.session.scalar(
            sa.select(Qualification).where(Qualification.id == qualification_id, Qualification.lecturer_id == found.id)
        )
        if row is None:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        form = forms.UntilForm(data={"until": clock.day_of(now())})
        if not form.validate_on_submit():
            title = db.session.scalar(sa.select(Course.title).where(Course.id == row.course_id))
            return form_page(found, form, _("不再讲《%(title)s》", title=title), _("保存"))
        operations.end_qualification(found, row, until=form.until.data, by=actor(), at=now())
        return done(found, _("已保存。"))


# ── appointments ───────────────────────────────────────────────────────────────────────────────


def _appointment(found: Lecturer, appointment_id: int) -> Appointment:
    row = db.session.scalar(
        sa.select(Appointment).where(Appointment.id == appointment_id, Appointment.lecturer_id == found.id)
    )
    if row is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return row


def a_year_from(first: date) -> date:
    """The last day of a term of one year."""
    return date(first.year + 1, first.month, min(first.day, 28)) - timedelta(days=1)


@pages.route("/<int:lecturer_id>/appoint", methods=["GET", "POST"])
@permit(KEEPERS)
def appoint(lecturer_id: int) -> ResponseReturnValue:
    """A new 聘书."""
    today = clock.day_of(now())
    with transaction():
        found = queries.seen(actor(), lecturer_id, to_change=True)
        form = forms.AppointmentForm(data={"starts_on": today, "ends_on": a_year_from(today)})
        places = {o.id: o for o in queries.issuing(actor())}
        form.issuer.choices = form.scope.choices = options({i: o.name for i, o in places.items()})
        if not form.validate_on_submit():
            return form_page(found, form, _("发聘书"), _("发聘书"))
        if once.again(form, f"/lecturers/{found.id}"):
            return redirect(f"/lecturers/{found.id}")
        made = appointing.appoint(
            found, issuer=places[form.issuer.data], scope=places[form.scope.data], starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            number=form.number.data or "", by=actor(), at=now(),
        )  # fmt: skip
        return done(found, _("聘书 %(number)s 已经发出。", number=made.number))


@pages.route("/<int:lecturer_id>/appointments/<int:appointment_id>/renew", methods=["GET", "POST"])
@permit(KEEPERS)
def renew(lecturer_id: int, appointment_id: int) -> ResponseReturnValue:
    """A new term after the old one."""
    with transaction():
        found = queries.seen(actor(), lecturer_id, to_change=True)
        old = _appointment(found, appointment_id)
        first = max(queries.last_day(old) + timedelta(days=1), clock.day_of(now()))
        form = forms.RenewForm(data={"starts_on": first, "ends_on": a_year_from(first)})
        if not form.validate_on_submit():
            return form_page(found, form, _("续聘（原聘书 %(number)s）", number=old.number), _("续聘"))
        if once.again(form, f"/lecturers/{found.id}"):
            return redirect(f"/lecturers/{found.id}")
        made = appointing.renew(
            found, old, starts_on=form.starts_on.data, ends_on=form.ends_on.data, by=actor(), at=now()
        )
        return done(found, _("已续聘，新聘书是 %(number)s。", number=made.number))


@pages.route("/<int:lecturer_id>/appointments/<int:appointment_id>/end", methods=["GET", "POST"])
@permit(KEEPERS)
def end_appointment(lecturer_id: int, appointment_id: int) -> ResponseReturnValue:
    """Ends a term early."""
    with transaction():
        found = queries.seen(actor(), lecturer_id, to_change=True)
        old = _appointment(found, appointment_id)
        form = forms.EndForm(data={"on": clock.day_of(now())})
        if not form.validate_on_submit():
            lead = _("这一天以后不能再派课；已经定好的课请派单员改派。")
            return form_page(
                found, form, _("提前结束聘书 %(number)s", number=old.number), _("提前结束"), lead=lead, **coming(found)
            )
        appointing.end_early(found, old, on=form.on.data, reason=form.reason.data or "", by=actor(), at=now())
        return done_or_mend(found, _("聘期已提前结束。"))


# ── hours ──────────────────────────────────────────────────────────────────────────────────────


@pages.route("/<int:lecturer_id>/hours", methods=["GET", "POST"])
@permit(KEEPERS_AND_LECTURERS)
def hours(lecturer_id: int) -> ResponseReturnValue:
    """When the lecturer can come in an ordinary week."""
    with transaction():
        found = queries.seen(actor(), lecturer_id, to_change=True)
        if not policy.may_set_hours(actor(), found):
            raise NotAllowed(_("这位讲师的资料不归您管理。需要修改的话，请联系区管理员。"))
        typed: dict[str, object] = {"version": found.version}
        for (weekday, half_day), (starts, ends) in queries.hours_of([found.id])[found.id].items():
            name = f"{weekday}_{half_day.value}"
            typed[f"on_{name}"] = True
            typed[f"from_{name}"], typed[f"to_{name}"] = starts, ends
        form = forms.HoursForm(data=typed)
        if not form.validate_on_submit():
            lead = _("平常的一周里，哪些半天能来上课。个别日子来不了，请到日历里点。")
            return form_page(
                found, form, _("每周能来的时间"), _("保存"), lead=lead, template="lecturers/hours.html", weekdays=WEEKDAYS,
                halves=forms.HALF_DAYS, spans=clock.SPANS,
            )  # fmt: skip
        operations.set_hours(found, form.wanted(), by=actor(), at=now(), version=version_of(form))
        return done(found, _("每周时间已保存。"))
