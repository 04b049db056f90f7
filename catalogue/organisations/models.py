"""Organisations have identities: a row is never reused; names, kinds and parents are dated rows beside it."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.core.actor import Level
from catalogue.core.db import Base, SortKey, key, reference, text, version_column
from catalogue.core.models import History, Living


class OrganisationKind(Base):
    """Vocabulary: 区, 街道, 镇, 居民区, 村, 街区, 学院, 分院, 部门, 合作单位, 书记工作室 …; the level says what rights and figures make of it."""

    __tablename__ = "organisation_kind"

    code: Mapped[str] = text(30, primary_key=True)
    label: Mapped[str] = text(30)
    level: Mapped[Level]
    may_order: Mapped[bool] = mapped_column(default=False)


class Organisation(Living, Base):
    """One identity. name, kind, parent are those in force now, kept equal to the dated rows by organisations.operations."""

    __tablename__ = "organisation"
    __table_args__ = (
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="whole_location"),
        sa.CheckConstraint(
            "latitude IS NULL OR (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)", name="location"
        ),
        sa.Index("ix_organisation_parent_sort", "parent_id", "sort_key"),
    )

    id: Mapped[int] = key()
    district_id: Mapped[int | None] = reference(
        "organisation"
    )  # NULL for the city itself; a district's own id for a district
    town_id: Mapped[int | None] = reference("organisation")
    parent_id: Mapped[int | None] = reference("organisation", index=False)
    code: Mapped[str | None] = text(12, unique=True)
    name: Mapped[str] = text(60)
    short_name: Mapped[str] = text(30, default="")
    kind: Mapped[str] = mapped_column(sa.String(30), sa.ForeignKey("organisation_kind.code"))
    level: Mapped[Level]
    number_prefix: Mapped[str] = text(6, default="")  # of a district: QP in QP26-D-00123
    sort_key: Mapped[str] = mapped_column(SortKey)
    initials: Mapped[str] = text(60, default="")
    address: Mapped[str] = text(120, default="")
    telephone: Mapped[str] = text(30, default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    started_on: Mapped[date]
    renamed_on: Mapped[date | None]  # since when it has its name, if it had another before (called.py)
    ended_on: Mapped[date | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}  # SQLAlchemy's own name and form

    parent: Mapped["Organisation | None"] = relationship(remote_side=[id], foreign_keys=[parent_id], lazy="raise")
    town: Mapped["Organisation | None"] = relationship(remote_side=[id], foreign_keys=[town_id], lazy="raise")


class OrganisationHistory(History, Base):
    __tablename__ = "organisation_history"
    owner_id: Mapped[int] = reference("organisation")


Organisation.history = OrganisationHistory


class OrganisationName(Base):
    __tablename__ = "organisation_name"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "valid_from"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = reference("organisation", index=False)
    name: Mapped[str] = text(60)
    short_name: Mapped[str] = text(30, default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class OrganisationPlace(Base):
    """Kind and parent of an organisation for a span of days (both ends inclusive)."""

    __tablename__ = "organisation_place"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "valid_from"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = reference("organisation", index=False)
    parent_id: Mapped[int | None] = reference("organisation")
    kind: Mapped[str] = mapped_column(sa.String(30), sa.ForeignKey("organisation_kind.code"))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class OrganisationAlias(Base):
    """Another way people write the same place: 刘二, 刘夏二村居委会, 刘夏二村社区."""

    __tablename__ = "organisation_alias"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "alias"), sa.Index("ix_organisation_alias_alias", "alias"))

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = reference("organisation", index=False)
    alias: Mapped[str] = text(60)


class OrganisationLink(Base):
    """Merge and split: which identity went on in which."""

    __tablename__ = "organisation_link"
    __table_args__ = (
        sa.UniqueConstraint("predecessor_id", "successor_id"),
        sa.CheckConstraint("predecessor_id <> successor_id", name="two"),
    )

    id: Mapped[int] = key()
    predecessor_id: Mapped[int] = reference("organisation")
    successor_id: Mapped[int] = reference("organisation")
    how: Mapped[str] = text(10)  # merge | split
    on: Mapped[date]


class OrganisationReach(Base):
    """Derived: every (ancestor, descendant) pair of today's tree, itself included; predecessors count as descendants of their successor."""

    __tablename__ = "organisation_reach"
    __table_args__ = (sa.Index("ix_organisation_reach_descendant_id", "descendant_id"),)

    ancestor_id: Mapped[int] = reference("organisation", index=False, primary_key=True)
    descendant_id: Mapped[int] = reference("organisation", index=False, primary_key=True)


class CommunityType(Base):
    """Vocabulary: 商品房, 动迁安置, 老旧公房, 农村 …"""

    __tablename__ = "community_type"

    code: Mapped[str] = text(30, primary_key=True)
    label: Mapped[str] = text(30)


class OrganisationCommunityType(Base):
    __tablename__ = "organisation_community_type"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "type_code", "valid_from"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = reference("organisation", index=False)
    type_code: Mapped[str] = mapped_column(sa.String(30), sa.ForeignKey("community_type.code"))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Grouping(Living, Base):
    """片区, 1+14+X … : for figures only, never for rights."""

    __tablename__ = "grouping"
    __table_args__ = (sa.UniqueConstraint("district_id", "name"),)

    id: Mapped[int] = key()
    district_id: Mapped[int] = reference("organisation", index=False)
    name: Mapped[str] = text(40)
    purpose: Mapped[str] = text(100, default="")
    ended_on: Mapped[date | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}


class GroupingHistory(History, Base):
    __tablename__ = "grouping_history"
    owner_id: Mapped[int] = reference("grouping")


Grouping.history = GroupingHistory


class GroupingMember(Base):
    __tablename__ = "grouping_member"
    __table_args__ = (sa.UniqueConstraint("grouping_id", "organisation_id", "valid_from"),)

    id: Mapped[int] = key()
    grouping_id: Mapped[int] = reference("grouping", index=False)
    organisation_id: Mapped[int] = reference("organisation")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Setting(Base):
    """A dated value of one setting for an organisation and everything below it (settings.py lists names, defaults and meanings)."""

    __tablename__ = "setting"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "name", "valid_from"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = reference("organisation", index=False)
    name: Mapped[str] = text(40)
    value: Mapped[str] = text(200)
    valid_from: Mapped[date]
    set_at: Mapped[datetime]
