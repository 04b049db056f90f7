"""Places to teach in. A committee's own room is a venue; a teaching point carries a plaque."""

from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.core.clock import HalfDay
from catalogue.core.db import Base, SortKey, key, reference, text, version_column
from catalogue.core.models import History, Living
from catalogue.organisations.models import Organisation


class VenueKind(StrEnum):
    COMMITTEE_ROOM = "committee_room"
    PARTY_SERVICE_CENTRE = "party_service_centre"
    PARTY_SERVICE_STATION = "party_service_station"
    TRAINING_ROOM = "training_room"
    TEACHING_POINT = "teaching_point"
    TRAINING_BASE = "training_base"
    GOVERNANCE_PARLOUR = "governance_parlour"
    TOWN_HALL = "town_hall"


class Venue(Living, Base):
    __tablename__ = "venue"
    __table_args__ = (
        sa.CheckConstraint("capacity BETWEEN 1 AND 5000", name="capacity"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="whole_location"),
        sa.CheckConstraint("latitude IS NULL OR (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)", name="location"),
        sa.Index("ix_venue_district_sort", "district_id", "sort_key", "id"),
        sa.Index("uq_venue_own_room", "organisation_id", unique=True, sqlite_where=sa.text("own_room AND ended_on IS NULL"), postgresql_where=sa.text("own_room AND ended_on IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = key()
    district_id: Mapped[int] = reference("organisation", index=False)
    town_id: Mapped[int | None] = reference("organisation")
    organisation_id: Mapped[int] = reference("organisation")  # who owns it
    kind: Mapped[VenueKind]
    name: Mapped[str] = text(60)
    sort_key: Mapped[str] = mapped_column(SortKey)
    initials: Mapped[str] = text(80, default="")
    own_room: Mapped[bool] = mapped_column(
        default=False
    )  # where the owner's own orders are taught unless they say otherwise
    shared: Mapped[bool] = mapped_column(default=True)  # may others' orders be taught here
    capacity: Mapped[int]
    address: Mapped[str] = text(120, default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    floor: Mapped[str] = text(20, default="")
    lift: Mapped[bool] = mapped_column(default=False)
    parking: Mapped[str] = text(100, default="")
    way_in: Mapped[str] = text(200, default="")
    telephone: Mapped[str] = text(30, default="")
    brand: Mapped[str] = text(60, default="")
    theme: Mapped[str] = text(100, default="")
    ended_on: Mapped[date | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id], lazy="raise")
    equipment: Mapped[list["VenueEquipment"]] = relationship(lazy="raise", order_by="VenueEquipment.equipment_code")
    hours: Mapped[list["VenueHours"]] = relationship(lazy="raise", order_by="VenueHours.weekday, VenueHours.opens")


class VenueHistory(History, Base):
    __tablename__ = "venue_history"
    owner_id: Mapped[int] = reference("venue")


Venue.history = VenueHistory


class VenueEquipment(Base):
    __tablename__ = "venue_equipment"

    venue_id: Mapped[int] = reference("venue", index=False, primary_key=True)
    equipment_code: Mapped[str] = mapped_column(sa.String(30), sa.ForeignKey("equipment.code"), primary_key=True)


class VenueHours(Base):
    """Opening hours of a weekday (0 = Monday) in minutes of the local day; a venue without rows is open 8:30 to 21:00 daily."""

    __tablename__ = "venue_hours"
    __table_args__ = (
        sa.UniqueConstraint("venue_id", "weekday", "opens"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6 AND opens >= 0 AND closes > opens AND closes <= 1440", name="span"),
    )

    id: Mapped[int] = key()
    venue_id: Mapped[int] = reference("venue", index=False)
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]


class VenueClosure(Base):
    """Days (inclusive) the venue is closed, whole or for one half-day."""

    __tablename__ = "venue_closure"
    __table_args__ = (sa.CheckConstraint("last_day >= first_day", name="span"),)

    id: Mapped[int] = key()
    venue_id: Mapped[int] = reference("venue")
    first_day: Mapped[date]
    last_day: Mapped[date]
    half_day: Mapped[HalfDay | None]
    reason: Mapped[str] = text(100, default="")
    ended: Mapped[bool] = mapped_column(default=False)  # taken back


class Plaque(Base):
    """授牌/摘牌 of a teaching point: batch, number, when awarded and withdrawn."""

    __tablename__ = "plaque"
    __table_args__ = (sa.CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= awarded_on", name="span"),)

    id: Mapped[int] = key()
    venue_id: Mapped[int] = reference("venue")
    batch: Mapped[str] = text(30)
    number: Mapped[str] = text(30, unique=True)
    awarded_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
