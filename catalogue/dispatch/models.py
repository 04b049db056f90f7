"""The decision to send somebody (dispatch), its ranked candidates as decided, and the offers made from it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.core.db import Base, key, reference, text, version_column
from catalogue.core.models import History, Living, Scoped
from catalogue.courses.models import Course, CourseVersion
from catalogue.dispatch.states import AskState, Mode, ModeFrom, OfferState, State
from catalogue.lecturers.models import Corps, Lecturer
from catalogue.orders.models import Order
from catalogue.venues.models import Venue


class TeachMode(StrEnum):
    ONSITE = "onsite"
    VENUE = "venue"
    ONLINE = "online"


class Dispatch(Living, Scoped, Base):
    """Approval covers the whole ranked list. organisation_id is the committee of the first order (the host)."""

    __tablename__ = "dispatch"
    __table_args__ = (sa.Index("ix_dispatch_queue", "district_id", "state", "id"),)

    id: Mapped[int] = key()
    number: Mapped[str] = text(20, unique=True)
    state: Mapped[State]
    mode: Mapped[Mode]
    mode_from: Mapped[ModeFrom] = mapped_column(default=ModeFrom.DESK)
    mode_reason: Mapped[str] = text(100, default="")
    course_id: Mapped[int] = reference("course")
    course_version_id: Mapped[int] = reference("course_version", index=False)
    lecturers_needed: Mapped[int] = mapped_column(default=1)
    previous_id: Mapped[int | None] = reference("dispatch", index=False)  # redispatch (改派): the one it replaces
    proposed_by_id: Mapped[int | None] = reference("person", index=False)
    proposed_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = reference("person", index=False)
    approved_at: Mapped[datetime | None]
    ranking: Mapped[dict[str, Any]] = mapped_column(
        sa.JSON, default=dict
    )  # as decided: points, runners-up, separating fact, funnel
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    course: Mapped[Course] = relationship(lazy="raise")
    course_version: Mapped[CourseVersion] = relationship(lazy="raise")
    candidates: Mapped[list["DispatchCandidate"]] = relationship(
        back_populates="dispatch", order_by="DispatchCandidate.rank", lazy="raise"
    )
    orders: Mapped[list["DispatchOrder"]] = relationship(
        back_populates="dispatch", order_by="DispatchOrder.id", lazy="raise"
    )
    offers: Mapped[list["Offer"]] = relationship(back_populates="dispatch", order_by="Offer.id", lazy="raise")


class DispatchHistory(History, Base):
    __tablename__ = "dispatch_history"
    owner_id: Mapped[int] = reference("dispatch")


Dispatch.history = DispatchHistory


class DispatchOrder(Base):
    """Which orders a dispatch serves. `live` follows the dispatch's state, so an order is in at most one live dispatch."""

    __tablename__ = "dispatch_order"
    __table_args__ = (
        sa.UniqueConstraint("dispatch_id", "order_id"),
        sa.Index(
            "uq_dispatch_order_live",
            "order_id",
            unique=True,
            sqlite_where=sa.text("live"),
            postgresql_where=sa.text("live"),
        ),
    )

    id: Mapped[int] = key()
    dispatch_id: Mapped[int] = reference("dispatch", index=False)
    order_id: Mapped[int] = reference("order")
    live: Mapped[bool] = mapped_column(default=True)

    dispatch: Mapped[Dispatch] = relationship(back_populates="orders", lazy="raise")
    order: Mapped[Order] = relationship(lazy="raise")


class DispatchCandidate(Base):
    """One lecturer, place and time of the approved list, with its points frozen as decided."""

    __tablename__ = "dispatch_candidate"
    __table_args__ = (
        sa.UniqueConstraint("dispatch_id", "rank"),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint(
            "(teach_mode = 'online') = (venue_id IS NULL AND latitude IS NULL) OR teach_mode = 'onsite'", name="place"
        ),
    )

    id: Mapped[int] = key()
    dispatch_id: Mapped[int] = reference("dispatch", index=False)
    rank: Mapped[int]
    lecturer_id: Mapped[int] = reference("lecturer")
    venue_id: Mapped[int | None] = reference("venue", index=False)
    teach_mode: Mapped[TeachMode]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    total: Mapped[int]
    points: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    dispatch: Mapped[Dispatch] = relationship(back_populates="candidates", lazy="raise")
    lecturer: Mapped[Lecturer] = relationship(lazy="raise")
    venue: Mapped[Venue | None] = relationship(lazy="raise")


class AnswerWay(StrEnum):
    PAGE = "page"
    LINK = "link"
    ON_BEHALF = "on_behalf"


class Offer(Living, Scoped, Base):
    """邀约: one lecturer asked for one place and time. At most one accepted per seat of a dispatch."""

    __tablename__ = "offer"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.Index("uq_offer_seat", "dispatch_id", "seat", unique=True, sqlite_where=sa.text("state = 'accepted'"), postgresql_where=sa.text("state = 'accepted'")),
        sa.Index("uq_offer_asked_once", "dispatch_id", "lecturer_id", unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
        sa.Index("ix_offer_lecturer", "lecturer_id", "state", "id"),
        sa.Index("ix_offer_deadline", "state", "answer_by"),
    )  # fmt: skip

    id: Mapped[int] = key()
    state: Mapped[OfferState]
    dispatch_id: Mapped[int] = reference("dispatch", index=False)
    candidate_id: Mapped[int] = reference("dispatch_candidate", index=False)
    lecturer_id: Mapped[int] = reference("lecturer", index=False)
    seat: Mapped[int] = mapped_column(default=1)  # of an open claim: given with the yes
    venue_id: Mapped[int | None] = reference("venue", index=False)
    teach_mode: Mapped[TeachMode]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime]
    answer_by: Mapped[datetime]  # computed once; changing a setting never moves it
    remind_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_way: Mapped[AnswerWay | None]
    said_by: Mapped[str] = text(40, default="")  # 代为接单/婉拒: who said so, when, which way
    said_at: Mapped[datetime | None]
    said_way: Mapped[str] = text(20, default="")
    reason_code: Mapped[str] = text(30, default="")
    reason: Mapped[str] = text(200, default="")
    link_hash: Mapped[str | None] = text(64, unique=True)
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    dispatch: Mapped[Dispatch] = relationship(back_populates="offers", lazy="raise")
    candidate: Mapped[DispatchCandidate] = relationship(lazy="raise")
    lecturer: Mapped[Lecturer] = relationship(lazy="raise")
    venue: Mapped[Venue | None] = relationship(lazy="raise")


class OfferHistory(History, Base):
    __tablename__ = "offer_history"
    owner_id: Mapped[int] = reference("offer")


Offer.history = OfferHistory


class CorpsAsk(Living, Scoped, Base):
    """A corps asked to name who goes to an order: one row per time of asking, one open at a time."""

    __tablename__ = "corps_ask"
    __table_args__ = (
        sa.Index("uq_corps_ask_open", "order_id", unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
        sa.Index("ix_corps_ask_deadline", "state", "answer_by"),
    )  # fmt: skip

    id: Mapped[int] = key()
    state: Mapped[AskState]
    order_id: Mapped[int] = reference("order")
    corps_id: Mapped[int] = reference("corps", index=False)
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]  # computed once; changing a setting never moves it
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    order: Mapped[Order] = relationship(lazy="raise")
    corps: Mapped[Corps] = relationship(lazy="raise")


class CorpsAskHistory(History, Base):
    __tablename__ = "corps_ask_history"
    owner_id: Mapped[int] = reference("corps_ask")


CorpsAsk.history = CorpsAskHistory
