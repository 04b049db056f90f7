"""Every table of the first release. Expand step on an empty database: locks nothing that is in use.

Names, lengths and enums are constraints on both databases; what differs between them stands in 0002.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    op.create_table(
        "audience",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(code) <= 30", name=op.f("ck_audience_code_length")),
        sa.CheckConstraint("length(label) <= 30", name=op.f("ck_audience_label_length")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_audience")),
        sa.UniqueConstraint("label", name=op.f("uq_audience_label")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("fields", sa.String(length=1000), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_audit_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_audit_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_audit_code_length")),
        sa.CheckConstraint("length(fields) <= 1000", name=op.f("ck_audit_fields_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_audit_from_state_length")),
        sa.CheckConstraint("length(hash) <= 64", name=op.f("ck_audit_hash_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_audit_kind_length")),
        sa.CheckConstraint("length(previous_hash) <= 64", name=op.f("ck_audit_previous_hash_length")),
        sa.CheckConstraint("length(request_id) <= 40", name=op.f("ck_audit_request_id_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_audit_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_audit_to_state_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("district_id", "sequence", name=op.f("uq_audit_district_id_sequence")),
    )
    op.create_index("ix_audit_person_id_at", "audit", ["person_id", "at"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject", "subject_id"], unique=False)
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purged", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(hash) <= 64", name=op.f("ck_audit_checkpoint_hash_length")),
        sa.CheckConstraint("length(signature) <= 64", name=op.f("ck_audit_checkpoint_signature_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoint")),
    )
    op.create_index(
        "ix_audit_checkpoint_district_id_sequence", "audit_checkpoint", ["district_id", "sequence"], unique=False
    )
    op.create_table(
        "audit_head",
        sa.Column(
            "district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(hash) <= 64", name=op.f("ck_audit_head_hash_length")),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "workday", "holiday", "makeup", name="daykind", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) <= 30", name=op.f("ck_calendar_day_name_length")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "community_type",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.CheckConstraint("length(code) <= 30", name=op.f("ck_community_type_code_length")),
        sa.CheckConstraint("length(label) <= 30", name=op.f("ck_community_type_label_length")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_community_type")),
    )
    op.create_table(
        "course_form",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(code) <= 30", name=op.f("ck_course_form_code_length")),
        sa.CheckConstraint("length(label) <= 30", name=op.f("ck_course_form_label_length")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_course_form")),
        sa.UniqueConstraint("label", name=op.f("uq_course_form_label")),
    )
    op.create_table(
        "equipment",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(code) <= 30", name=op.f("ck_equipment_code_length")),
        sa.CheckConstraint("length(label) <= 30", name=op.f("ck_equipment_label_length")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_equipment")),
        sa.UniqueConstraint("label", name=op.f("uq_equipment_label")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location", sa.String(length=300), nullable=False),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('length("key") <= 80', name=op.f("ck_idempotency_key_key_length")),
        sa.CheckConstraint("length(body_hash) <= 64", name=op.f("ck_idempotency_key_body_hash_length")),
        sa.CheckConstraint("length(etag) <= 40", name=op.f("ck_idempotency_key_etag_length")),
        sa.CheckConstraint("length(location) <= 300", name=op.f("ck_idempotency_key_location_length")),
        sa.CheckConstraint("length(owner) <= 60", name=op.f("ck_idempotency_key_owner_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("owner", "key", name=op.f("uq_idempotency_key_owner_key")),
    )
    op.create_table(
        "organisation_kind",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "city",
                "district",
                "town",
                "committee",
                "unit",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("may_order", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(code) <= 30", name=op.f("ck_organisation_kind_code_length")),
        sa.CheckConstraint("length(label) <= 30", name=op.f("ck_organisation_kind_label_length")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organisation_kind")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.CheckConstraint('length("key") <= 200', name=op.f("ck_outbox_key_length")),
        sa.CheckConstraint("length(error) <= 500", name=op.f("ck_outbox_error_length")),
        sa.CheckConstraint("length(kind) <= 60", name=op.f("ck_outbox_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_outbox_subject_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["not_before", "id"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("ix_outbox_subject", "outbox", ["subject", "subject_id"], unique=False)
    op.create_table(
        "run",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.CheckConstraint("length(error) <= 500", name=op.f("ck_run_error_length")),
        sa.CheckConstraint("length(name) <= 40", name=op.f("ck_run_name_length")),
        sa.PrimaryKeyConstraint("name", "minute", name=op.f("pk_run")),
    )
    op.create_table(
        "running_number",
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("length(name) <= 20", name=op.f("ck_running_number_name_length")),
        sa.PrimaryKeyConstraint("district_id", "name", "year", name=op.f("pk_running_number")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(name_hash) <= 64", name=op.f("ck_sign_in_throttle_name_hash_length")),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("short_name", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "city",
                "district",
                "town",
                "committee",
                "unit",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("number_prefix", sa.String(length=6), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=200, collation="C").with_variant(sa.String(length=200, collation="BINARY"), "sqlite"),
            nullable=False,
        ),
        sa.Column("initials", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("telephone", sa.String(length=30), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("renamed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_organisation_whole_location")),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_organisation_ends_after_start")),
        sa.CheckConstraint(
            "latitude IS NULL OR (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
            name=op.f("ck_organisation_location"),
        ),
        sa.CheckConstraint("length(address) <= 120", name=op.f("ck_organisation_address_length")),
        sa.CheckConstraint("length(code) <= 12", name=op.f("ck_organisation_code_length")),
        sa.CheckConstraint("length(initials) <= 60", name=op.f("ck_organisation_initials_length")),
        sa.CheckConstraint("length(kind) <= 30", name=op.f("ck_organisation_kind_length")),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_organisation_name_length")),
        sa.CheckConstraint("length(number_prefix) <= 6", name=op.f("ck_organisation_number_prefix_length")),
        sa.CheckConstraint("length(short_name) <= 30", name=op.f("ck_organisation_short_name_length")),
        sa.CheckConstraint("length(sort_key) <= 200", name=op.f("ck_organisation_sort_key_length")),
        sa.CheckConstraint("length(telephone) <= 30", name=op.f("ck_organisation_telephone_length")),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_organisation_not_its_own_parent")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_organisation_district_id")),
        sa.ForeignKeyConstraint(["kind"], ["organisation_kind.code"], name=op.f("fk_organisation_kind")),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_organisation_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_index(op.f("ix_organisation_district_id"), "organisation", ["district_id"], unique=False)
    op.create_index("ix_organisation_parent_sort", "organisation", ["parent_id", "sort_key"], unique=False)
    op.create_index(op.f("ix_organisation_town_id"), "organisation", ["town_id"], unique=False)
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=10), nullable=True),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(code) <= 10", name=op.f("ck_category_code_length")),
        sa.CheckConstraint("length(label) <= 30", name=op.f("ck_category_label_length")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_category_organisation_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("code", name=op.f("uq_category_code")),
        sa.UniqueConstraint("organisation_id", "label", name=op.f("uq_category_organisation_id_label")),
    )
    op.create_index(op.f("ix_category_parent_id"), "category", ["parent_id"], unique=False)
    op.create_table(
        "corps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(name) <= 40", name=op.f("ck_corps_name_length")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_corps_district_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_corps_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corps")),
        sa.UniqueConstraint("district_id", "name", name=op.f("uq_corps_district_id_name")),
    )
    op.create_index(op.f("ix_corps_organisation_id"), "corps", ["organisation_id"], unique=False)
    op.create_table(
        "edition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("order_from", sa.Date(), nullable=False),
        sa.Column("order_until", sa.Date(), nullable=False),
        sa.Column("teach_from", sa.Date(), nullable=False),
        sa.Column("teach_until", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(name) <= 40", name=op.f("ck_edition_name_length")),
        sa.CheckConstraint(
            "order_until >= order_from AND teach_until >= teach_from AND teach_until >= order_from",
            name=op.f("ck_edition_spans"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_edition_district_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_edition_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_edition_organisation_id_name")),
    )
    op.create_index(op.f("ix_edition_district_id"), "edition", ["district_id"], unique=False)
    op.create_table(
        "grouping",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=100), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(name) <= 40", name=op.f("ck_grouping_name_length")),
        sa.CheckConstraint("length(purpose) <= 100", name=op.f("ck_grouping_purpose_length")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_grouping_district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grouping")),
        sa.UniqueConstraint("district_id", "name", name=op.f("uq_grouping_district_id_name")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lecturer",
                "venue",
                "organisation",
                name="holdkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("busy_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("teach_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("held_for", sa.String(length=20), nullable=False),
        sa.Column("held_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("freed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("busy_until > busy_from", name=op.f("ck_hold_span")),
        sa.CheckConstraint("length(held_for) <= 20", name=op.f("ck_hold_held_for_length")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_hold_district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(
        "ix_hold_busy_from",
        "hold",
        ["busy_from"],
        unique=False,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.create_index("ix_hold_for", "hold", ["held_for", "held_for_id"], unique=False)
    op.create_index(
        "ix_hold_resource",
        "hold",
        ["kind", "resource_id", "busy_from"],
        unique=False,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "organisation_alias",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alias", sa.String(length=60), nullable=False),
        sa.CheckConstraint("length(alias) <= 60", name=op.f("ck_organisation_alias_alias_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_alias_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_alias")),
        sa.UniqueConstraint("organisation_id", "alias", name=op.f("uq_organisation_alias_organisation_id_alias")),
    )
    op.create_index("ix_organisation_alias_alias", "organisation_alias", ["alias"], unique=False)
    op.create_table(
        "organisation_community_type",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type_code", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("length(type_code) <= 30", name=op.f("ck_organisation_community_type_type_code_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_community_type_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["type_code"], ["community_type.code"], name=op.f("fk_organisation_community_type_type_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_community_type")),
        sa.UniqueConstraint(
            "organisation_id",
            "type_code",
            "valid_from",
            name=op.f("uq_organisation_community_type_organisation_id_type_code_valid_from"),
        ),
    )
    op.create_table(
        "organisation_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.CheckConstraint("length(how) <= 10", name=op.f("ck_organisation_link_how_length")),
        sa.CheckConstraint("predecessor_id <> successor_id", name=op.f("ck_organisation_link_two")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["organisation.id"], name=op.f("fk_organisation_link_predecessor_id")
        ),
        sa.ForeignKeyConstraint(["successor_id"], ["organisation.id"], name=op.f("fk_organisation_link_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_link")),
        sa.UniqueConstraint(
            "predecessor_id", "successor_id", name=op.f("uq_organisation_link_predecessor_id_successor_id")
        ),
    )
    op.create_index(op.f("ix_organisation_link_predecessor_id"), "organisation_link", ["predecessor_id"], unique=False)
    op.create_index(op.f("ix_organisation_link_successor_id"), "organisation_link", ["successor_id"], unique=False)
    op.create_table(
        "organisation_name",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("short_name", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_organisation_name_name_length")),
        sa.CheckConstraint("length(short_name) <= 30", name=op.f("ck_organisation_name_short_name_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_name_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_name")),
        sa.UniqueConstraint(
            "organisation_id", "valid_from", name=op.f("uq_organisation_name_organisation_id_valid_from")
        ),
    )
    op.create_table(
        "organisation_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("length(kind) <= 30", name=op.f("ck_organisation_place_kind_length")),
        sa.ForeignKeyConstraint(["kind"], ["organisation_kind.code"], name=op.f("fk_organisation_place_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_place_organisation_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_place_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_place")),
        sa.UniqueConstraint(
            "organisation_id", "valid_from", name=op.f("uq_organisation_place_organisation_id_valid_from")
        ),
    )
    op.create_index(op.f("ix_organisation_place_parent_id"), "organisation_place", ["parent_id"], unique=False)
    op.create_table(
        "organisation_reach",
        sa.Column("ancestor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("descendant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["ancestor_id"], ["organisation.id"], name=op.f("fk_organisation_reach_ancestor_id")),
        sa.ForeignKeyConstraint(
            ["descendant_id"], ["organisation.id"], name=op.f("fk_organisation_reach_descendant_id")
        ),
        sa.PrimaryKeyConstraint("ancestor_id", "descendant_id", name=op.f("pk_organisation_reach")),
    )
    op.create_index("ix_organisation_reach_descendant_id", "organisation_reach", ["descendant_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=200, collation="C").with_variant(sa.String(length=200, collation="BINARY"), "sqlite"),
            nullable=False,
        ),
        sa.Column("initials", sa.String(length=40), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("in_post_since", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(email) <= 120", name=op.f("ck_person_email_length")),
        sa.CheckConstraint("length(initials) <= 40", name=op.f("ck_person_initials_length")),
        sa.CheckConstraint("length(name) <= 40", name=op.f("ck_person_name_length")),
        sa.CheckConstraint("length(phone) <= 30", name=op.f("ck_person_phone_length")),
        sa.CheckConstraint("length(post) <= 40", name=op.f("ck_person_post_length")),
        sa.CheckConstraint("length(sort_key) <= 200", name=op.f("ck_person_sort_key_length")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_person_district_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_person_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_district_id"), "person", ["district_id"], unique=False)
    op.create_index("ix_person_organisation_sort", "person", ["organisation_id", "sort_key", "id"], unique=False)
    op.create_index(op.f("ix_person_town_id"), "person", ["town_id"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_series_name_length")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_series_district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("district_id", "name", name=op.f("uq_series_district_id_name")),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) <= 40", name=op.f("ck_setting_name_length")),
        sa.CheckConstraint("length(value) <= 200", name=op.f("ck_setting_value_length")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_setting_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint(
            "organisation_id", "name", "valid_from", name=op.f("uq_setting_organisation_id_name_valid_from")
        ),
    )
    op.create_table(
        "venue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "committee_room",
                "party_service_centre",
                "party_service_station",
                "training_room",
                "teaching_point",
                "training_base",
                "governance_parlour",
                "town_hall",
                name="venuekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=200, collation="C").with_variant(sa.String(length=200, collation="BINARY"), "sqlite"),
            nullable=False,
        ),
        sa.Column("initials", sa.String(length=80), nullable=False),
        sa.Column("own_room", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("floor", sa.String(length=20), nullable=False),
        sa.Column("lift", sa.Boolean(), nullable=False),
        sa.Column("parking", sa.String(length=100), nullable=False),
        sa.Column("way_in", sa.String(length=200), nullable=False),
        sa.Column("telephone", sa.String(length=30), nullable=False),
        sa.Column("brand", sa.String(length=60), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_venue_whole_location")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 5000", name=op.f("ck_venue_capacity")),
        sa.CheckConstraint(
            "latitude IS NULL OR (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
            name=op.f("ck_venue_location"),
        ),
        sa.CheckConstraint("length(address) <= 120", name=op.f("ck_venue_address_length")),
        sa.CheckConstraint("length(brand) <= 60", name=op.f("ck_venue_brand_length")),
        sa.CheckConstraint("length(floor) <= 20", name=op.f("ck_venue_floor_length")),
        sa.CheckConstraint("length(initials) <= 80", name=op.f("ck_venue_initials_length")),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_venue_name_length")),
        sa.CheckConstraint("length(parking) <= 100", name=op.f("ck_venue_parking_length")),
        sa.CheckConstraint("length(sort_key) <= 200", name=op.f("ck_venue_sort_key_length")),
        sa.CheckConstraint("length(telephone) <= 30", name=op.f("ck_venue_telephone_length")),
        sa.CheckConstraint("length(theme) <= 100", name=op.f("ck_venue_theme_length")),
        sa.CheckConstraint("length(way_in) <= 200", name=op.f("ck_venue_way_in_length")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_venue_district_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_venue_organisation_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_venue_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    op.create_index("ix_venue_district_sort", "venue", ["district_id", "sort_key", "id"], unique=False)
    op.create_index(op.f("ix_venue_organisation_id"), "venue", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_venue_town_id"), "venue", ["town_id"], unique=False)
    op.create_index(
        "uq_venue_own_room",
        "venue",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("own_room AND ended_on IS NULL"),
        postgresql_where=sa.text("own_room AND ended_on IS NULL"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("start_code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=False),
        sa.Column("totp_on", sa.Boolean(), nullable=False),
        sa.Column("totp_last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(password_hash) <= 200", name=op.f("ck_account_password_hash_length")),
        sa.CheckConstraint("length(totp_secret) <= 64", name=op.f("ck_account_totp_secret_length")),
        sa.CheckConstraint("length(username) <= 60", name=op.f("ck_account_username_length")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "corps_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_corps_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_corps_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_corps_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_corps_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_corps_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_corps_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_corps_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_corps_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_corps_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["corps.id"], name=op.f("fk_corps_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_corps_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corps_history")),
    )
    op.create_index(op.f("ix_corps_history_owner_id"), "corps_history", ["owner_id"], unique=False)
    op.create_table(
        "course",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subcategory_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=200, collation="C").with_variant(sa.String(length=200, collation="BINARY"), "sqlite"),
            nullable=False,
        ),
        sa.Column("initials", sa.String(length=120), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("on_menu", sa.Boolean(), nullable=False),
        sa.Column("orderable", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("programme_only", sa.Boolean(), nullable=False),
        sa.Column("premium_on", sa.Date(), nullable=True),
        sa.Column("gold_on", sa.Date(), nullable=True),
        sa.Column(
            "offer_mode",
            sa.Enum(
                "direct", "ranked", "claim", name="offermode", native_enum=False, create_constraint=True, length=30
            ),
            nullable=True,
        ),
        sa.Column("corps_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("rating_sum", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rating_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(initials) <= 120", name=op.f("ck_course_initials_length")),
        sa.CheckConstraint("length(sort_key) <= 200", name=op.f("ck_course_sort_key_length")),
        sa.CheckConstraint("length(source) <= 60", name=op.f("ck_course_source_length")),
        sa.CheckConstraint("length(title) <= 80", name=op.f("ck_course_title_length")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_course_category_id")),
        sa.ForeignKeyConstraint(["corps_id"], ["corps.id"], name=op.f("fk_course_corps_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_course_district_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_course_owner_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_course_series_id")),
        sa.ForeignKeyConstraint(["subcategory_id"], ["category.id"], name=op.f("fk_course_subcategory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    op.create_index(op.f("ix_course_category_id"), "course", ["category_id"], unique=False)
    op.create_index(op.f("ix_course_district_id"), "course", ["district_id"], unique=False)
    op.create_index("ix_course_menu", "course", ["on_menu", "district_id", "sort_key", "id"], unique=False)
    op.create_index(op.f("ix_course_owner_id"), "course", ["owner_id"], unique=False)
    op.create_index(op.f("ix_course_series_id"), "course", ["series_id"], unique=False)
    op.create_index("ix_course_soonest", "course", ["on_menu", "district_id", "id"], unique=False)
    op.create_table(
        "duty",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "check_order",
                "answer_return",
                "name_member",
                "dispatch_order",
                "dispatch_again",
                "approve_dispatch",
                "answer_offer",
                "confirm_move",
                "decide_move",
                "account_lesson",
                "write_report",
                "rate_lesson",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.String(length=60), nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "orderer",
                "lecturer",
                "corps_leader",
                "town_administrator",
                "dispatcher",
                "approver",
                "district_administrator",
                "auditor",
                "city_viewer",
                "system_administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("not_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "above_role",
            sa.Enum(
                "orderer",
                "lecturer",
                "corps_leader",
                "town_administrator",
                "dispatcher",
                "approver",
                "district_administrator",
                "auditor",
                "city_viewer",
                "system_administrator",
                name="above_role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("above_place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("climb_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("climbed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (role IS NULL)", name=op.f("ck_duty_owed_by_one")),
        sa.CheckConstraint("(role IS NULL) = (place_id IS NULL)", name=op.f("ck_duty_role_has_place")),
        sa.CheckConstraint("climbed_at IS NULL OR above_role IS NOT NULL", name=op.f("ck_duty_climbs_to_somebody")),
        sa.CheckConstraint("length(mark) <= 60", name=op.f("ck_duty_mark_length")),
        sa.CheckConstraint("length(subject) <= 20", name=op.f("ck_duty_subject_length")),
        sa.ForeignKeyConstraint(["above_place_id"], ["organisation.id"], name=op.f("fk_duty_above_place_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_duty_district_id")),
        sa.ForeignKeyConstraint(["not_person_id"], ["person.id"], name=op.f("fk_duty_not_person_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["organisation.id"], name=op.f("fk_duty_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    op.create_index(
        "ix_duty_above",
        "duty",
        ["above_place_id", "above_role"],
        unique=False,
        sqlite_where=sa.text("climbed_at IS NOT NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("climbed_at IS NOT NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_duty_climb",
        "duty",
        ["climb_at"],
        unique=False,
        sqlite_where=sa.text("climbed_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("climbed_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_duty_person",
        "duty",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_duty_role",
        "duty",
        ["place_id", "role"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_duty_subject", "duty", ["subject", "subject_id"], unique=False)
    op.create_index(
        "uq_duty_open",
        "duty",
        ["kind", "subject_id", "mark"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "edition_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_edition_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_edition_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_edition_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_edition_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_edition_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_edition_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_edition_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_edition_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_edition_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["edition.id"], name=op.f("fk_edition_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_edition_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_history")),
    )
    op.create_index(op.f("ix_edition_history_owner_id"), "edition_history", ["owner_id"], unique=False)
    op.create_table(
        "grouping_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_grouping_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_grouping_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_grouping_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_grouping_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_grouping_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_grouping_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_grouping_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_grouping_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_grouping_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["grouping.id"], name=op.f("fk_grouping_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_grouping_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grouping_history")),
    )
    op.create_index(op.f("ix_grouping_history_owner_id"), "grouping_history", ["owner_id"], unique=False)
    op.create_table(
        "grouping_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("grouping_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["grouping_id"], ["grouping.id"], name=op.f("fk_grouping_member_grouping_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_grouping_member_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grouping_member")),
        sa.UniqueConstraint(
            "grouping_id",
            "organisation_id",
            "valid_from",
            name=op.f("uq_grouping_member_grouping_id_organisation_id_valid_from"),
        ),
    )
    op.create_index(op.f("ix_grouping_member_organisation_id"), "grouping_member", ["organisation_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "checking",
                "ready",
                "unchanged",
                "refused",
                "confirmed",
                "writing",
                "done",
                "cancelled",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows_done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows_total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("opened", sa.JSON(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint('length("key") <= 64', name=op.f("ck_import_run_key_length")),
        sa.CheckConstraint("length(file_name) <= 120", name=op.f("ck_import_run_file_name_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_import_run_kind_length")),
        sa.CheckConstraint("length(request_id) <= 40", name=op.f("ck_import_run_request_id_length")),
        sa.CheckConstraint("length(seed) <= 64", name=op.f("ck_import_run_seed_length")),
        sa.CheckConstraint("length(sentence) <= 300", name=op.f("ck_import_run_sentence_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_import_run_acting_for_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_import_run_district_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_run_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_import_run_person_id_key")),
    )
    op.create_index("ix_import_run_person_id_id", "import_run", ["person_id", "id"], unique=False)
    op.create_index("ix_import_run_state", "import_run", ["state", "id"], unique=False)
    op.create_table(
        "lecturer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("full_time", "special", name="lecturerkind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("internal", "external", name="source", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column(
            "title_tier",
            sa.Enum(
                "none",
                "intermediate",
                "associate",
                "full",
                "academician",
                name="titletier",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("title_name", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.String(length=40), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=200, collation="C").with_variant(sa.String(length=200, collation="BINARY"), "sqlite"),
            nullable=False,
        ),
        sa.Column("initials", sa.String(length=40), nullable=False),
        sa.Column("named_in_public", sa.Boolean(), nullable=False),
        sa.Column("bio", sa.String(length=500), nullable=False),
        sa.Column("home_place", sa.String(length=60), nullable=False),
        sa.Column("home_latitude", sa.Double(), nullable=True),
        sa.Column("home_longitude", sa.Double(), nullable=True),
        sa.Column("radius_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("teaches_online", sa.Boolean(), nullable=False),
        sa.Column("max_half_days_per_day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("max_per_month", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(home_latitude IS NULL) = (home_longitude IS NULL)", name=op.f("ck_lecturer_whole_home")),
        sa.CheckConstraint(
            "home_latitude IS NULL OR (home_latitude BETWEEN -90 AND 90 AND home_longitude BETWEEN -180 AND 180)",
            name=op.f("ck_lecturer_home"),
        ),
        sa.CheckConstraint("length(bio) <= 500", name=op.f("ck_lecturer_bio_length")),
        sa.CheckConstraint("length(display_name) <= 40", name=op.f("ck_lecturer_display_name_length")),
        sa.CheckConstraint("length(home_place) <= 60", name=op.f("ck_lecturer_home_place_length")),
        sa.CheckConstraint("length(initials) <= 40", name=op.f("ck_lecturer_initials_length")),
        sa.CheckConstraint("length(sort_key) <= 200", name=op.f("ck_lecturer_sort_key_length")),
        sa.CheckConstraint("length(title_name) <= 40", name=op.f("ck_lecturer_title_name_length")),
        sa.CheckConstraint(
            "max_half_days_per_day IS NULL OR max_half_days_per_day BETWEEN 1 AND 3",
            name=op.f("ck_lecturer_max_half_days_per_day"),
        ),
        sa.CheckConstraint(
            "max_per_month IS NULL OR max_per_month BETWEEN 0 AND 93", name=op.f("ck_lecturer_max_per_month")
        ),
        sa.CheckConstraint("radius_km IS NULL OR radius_km BETWEEN 1 AND 200", name=op.f("ck_lecturer_radius_km")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_lecturer_district_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lecturer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lecturer")),
        sa.UniqueConstraint("person_id", name=op.f("uq_lecturer_person_id")),
    )
    op.create_index("ix_lecturer_district_sort", "lecturer", ["district_id", "sort_key", "id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "orderer",
                "lecturer",
                "corps_leader",
                "town_administrator",
                "dispatcher",
                "approver",
                "district_administrator",
                "auditor",
                "city_viewer",
                "system_administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_membership_ends_after_start")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_organisation_role", "membership", ["organisation_id", "role"], unique=False)
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('length("key") <= 200', name=op.f("ck_message_key_length")),
        sa.CheckConstraint("length(kind) <= 60", name=op.f("ck_message_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_message_subject_length")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_message_person_id_key")),
    )
    op.create_index("ix_message_inbox", "message", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_message_unread",
        "message",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "organisation_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_organisation_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_organisation_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_organisation_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_organisation_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_organisation_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_organisation_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_organisation_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_organisation_history_words_length")),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["organisation.id"], name=op.f("fk_organisation_history_acting_for_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_organisation_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_organisation_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_history")),
    )
    op.create_index(op.f("ix_organisation_history_owner_id"), "organisation_history", ["owner_id"], unique=False)
    op.create_table(
        "person_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_person_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_person_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_person_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_person_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_person_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_person_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_person_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_person_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_person_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_person_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_history")),
    )
    op.create_index(op.f("ix_person_history_owner_id"), "person_history", ["owner_id"], unique=False)
    op.create_table(
        "plaque",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch", sa.String(length=30), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(batch) <= 30", name=op.f("ck_plaque_batch_length")),
        sa.CheckConstraint("length(number) <= 30", name=op.f("ck_plaque_number_length")),
        sa.CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= awarded_on", name=op.f("ck_plaque_span")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_plaque_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plaque")),
        sa.UniqueConstraint("number", name=op.f("uq_plaque_number")),
    )
    op.create_index(op.f("ix_plaque_venue_id"), "plaque", ["venue_id"], unique=False)
    op.create_table(
        "venue_closure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "half_day",
            sa.Enum(
                "morning", "afternoon", "evening", name="halfday", native_enum=False, create_constraint=True, length=30
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_venue_closure_span")),
        sa.CheckConstraint("length(reason) <= 100", name=op.f("ck_venue_closure_reason_length")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_closure_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_closure")),
    )
    op.create_index(op.f("ix_venue_closure_venue_id"), "venue_closure", ["venue_id"], unique=False)
    op.create_table(
        "venue_equipment",
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("equipment_code", sa.String(length=30), nullable=False),
        sa.CheckConstraint("length(equipment_code) <= 30", name=op.f("ck_venue_equipment_equipment_code_length")),
        sa.ForeignKeyConstraint(["equipment_code"], ["equipment.code"], name=op.f("fk_venue_equipment_equipment_code")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_equipment_venue_id")),
        sa.PrimaryKeyConstraint("venue_id", "equipment_code", name=op.f("pk_venue_equipment")),
    )
    op.create_table(
        "venue_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_venue_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_venue_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_venue_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_venue_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_venue_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_venue_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_venue_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_venue_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_venue_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["venue.id"], name=op.f("fk_venue_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_venue_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_history")),
    )
    op.create_index(op.f("ix_venue_history_owner_id"), "venue_history", ["owner_id"], unique=False)
    op.create_table(
        "venue_hours",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opens", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "weekday BETWEEN 0 AND 6 AND opens >= 0 AND closes > opens AND closes <= 1440",
            name=op.f("ck_venue_hours_span"),
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_hours_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_hours")),
        sa.UniqueConstraint("venue_id", "weekday", "opens", name=op.f("uq_venue_hours_venue_id_weekday_opens")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(key_hash) <= 64", name=op.f("ck_api_token_key_hash_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_token_key_hash")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("corps_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issuer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.CheckConstraint("(lecturer_id IS NULL) <> (corps_id IS NULL)", name=op.f("ck_appointment_of_one")),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= starts_on", name=op.f("ck_appointment_ended")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_appointment_term")),
        sa.CheckConstraint("length(number) <= 30", name=op.f("ck_appointment_number_length")),
        sa.CheckConstraint("length(reason) <= 100", name=op.f("ck_appointment_reason_length")),
        sa.ForeignKeyConstraint(["corps_id"], ["corps.id"], name=op.f("fk_appointment_corps_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_appointment_district_id")),
        sa.ForeignKeyConstraint(["issuer_id"], ["organisation.id"], name=op.f("fk_appointment_issuer_id")),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_appointment_lecturer_id")),
        sa.ForeignKeyConstraint(["scope_id"], ["organisation.id"], name=op.f("fk_appointment_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("number", name=op.f("uq_appointment_number")),
    )
    op.create_index(op.f("ix_appointment_corps_id"), "appointment", ["corps_id"], unique=False)
    op.create_index(op.f("ix_appointment_district_id"), "appointment", ["district_id"], unique=False)
    op.create_index(op.f("ix_appointment_lecturer_id"), "appointment", ["lecturer_id"], unique=False)
    op.create_table(
        "availability_exception",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "half_day",
            sa.Enum(
                "morning", "afternoon", "evening", name="halfday", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        sa.CheckConstraint("length(note) <= 100", name=op.f("ck_availability_exception_note_length")),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_availability_exception_lecturer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_exception")),
        sa.UniqueConstraint(
            "lecturer_id", "day", "half_day", name=op.f("uq_availability_exception_lecturer_id_day_half_day")
        ),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(key_hash) <= 64", name=op.f("ck_calendar_feed_key_hash_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_calendar_feed_key_hash")),
    )
    op.create_index(
        "uq_calendar_feed_in_force",
        "calendar_feed",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "corps_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("corps_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum("member", "leader", name="corpsrole", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name=op.f("ck_corps_member_span")),
        sa.ForeignKeyConstraint(["corps_id"], ["corps.id"], name=op.f("fk_corps_member_corps_id")),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_corps_member_lecturer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corps_member")),
        sa.UniqueConstraint(
            "corps_id", "lecturer_id", "joined_on", name=op.f("uq_corps_member_corps_id_lecturer_id_joined_on")
        ),
    )
    op.create_index(op.f("ix_corps_member_lecturer_id"), "corps_member", ["lecturer_id"], unique=False)
    op.create_index(
        "uq_corps_member_in_force",
        "corps_member",
        ["corps_id", "lecturer_id"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_index(
        "uq_corps_member_leader",
        "corps_member",
        ["corps_id"],
        unique=True,
        sqlite_where=sa.text("role = 'leader' AND left_on IS NULL"),
        postgresql_where=sa.text("role = 'leader' AND left_on IS NULL"),
    )
    op.create_table(
        "course_availability",
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "half_day",
            sa.Enum(
                "morning", "afternoon", "evening", name="halfday", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("lecturers", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_availability_course_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_course_availability_town_id")),
        sa.PrimaryKeyConstraint("course_id", "town_id", "day", "half_day", name=op.f("pk_course_availability")),
    )
    op.create_index(
        "ix_course_availability_soonest",
        "course_availability",
        ["town_id", "day", "half_day", "course_id"],
        unique=False,
    )
    op.create_table(
        "course_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_course_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_course_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_course_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_course_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_course_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_course_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_course_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_course_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_course_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["course.id"], name=op.f("fk_course_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_course_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_history")),
    )
    op.create_index(op.f("ix_course_history_owner_id"), "course_history", ["owner_id"], unique=False)
    op.create_table(
        "course_offer",
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_offer_course_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_course_offer_organisation_id")),
        sa.PrimaryKeyConstraint("course_id", "organisation_id", name=op.f("pk_course_offer")),
    )
    op.create_index(op.f("ix_course_offer_organisation_id"), "course_offer", ["organisation_id"], unique=False)
    op.create_table(
        "course_problem",
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=30), nullable=False),
        sa.CheckConstraint("length(words) <= 30", name=op.f("ck_course_problem_words_length")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_problem_course_id")),
        sa.PrimaryKeyConstraint("course_id", "words", name=op.f("pk_course_problem")),
    )
    op.create_index("ix_course_problem_words", "course_problem", ["words"], unique=False)
    op.create_table(
        "course_soonest",
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_soonest_course_id")),
        sa.ForeignKeyConstraint(["place_id"], ["organisation.id"], name=op.f("fk_course_soonest_place_id")),
        sa.PrimaryKeyConstraint("course_id", "place_id", name=op.f("pk_course_soonest")),
    )
    op.create_index("ix_course_soonest_place_slot", "course_soonest", ["place_id", "slot", "course_id"], unique=False)
    op.create_table(
        "course_tag",
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag", sa.String(length=30), nullable=False),
        sa.CheckConstraint("length(tag) <= 30", name=op.f("ck_course_tag_tag_length")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_tag_course_id")),
        sa.PrimaryKeyConstraint("course_id", "tag", name=op.f("pk_course_tag")),
    )
    op.create_table(
        "course_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_review",
                "published",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("outline", sa.String(length=3000), nullable=False),
        sa.Column("form", sa.String(length=30), nullable=False),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size_min", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size_max", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("onsite", sa.Boolean(), nullable=False),
        sa.Column("venue", sa.Boolean(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("lecturers_needed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("lecturers_needed BETWEEN 1 AND 10", name=op.f("ck_course_version_lecturers_needed")),
        sa.CheckConstraint("length(form) <= 30", name=op.f("ck_course_version_form_length")),
        sa.CheckConstraint("length(outline) <= 3000", name=op.f("ck_course_version_outline_length")),
        sa.CheckConstraint("length(summary) <= 500", name=op.f("ck_course_version_summary_length")),
        sa.CheckConstraint("length(title) <= 80", name=op.f("ck_course_version_title_length")),
        sa.CheckConstraint("minutes BETWEEN 10 AND 600", name=op.f("ck_course_version_minutes")),
        sa.CheckConstraint("onsite OR venue OR online", name=op.f("ck_course_version_some_mode")),
        sa.CheckConstraint(
            "size_min >= 1 AND size_max >= size_min AND size_max <= 5000", name=op.f("ck_course_version_size")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_course_version_district_id")),
        sa.ForeignKeyConstraint(["form"], ["course_form.code"], name=op.f("fk_course_version_form")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_course_version_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_index(op.f("ix_course_version_district_id"), "course_version", ["district_id"], unique=False)
    op.create_index(
        "uq_course_version_published",
        "course_version",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "import_file",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_file_run_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_import_file")),
    )
    op.create_table(
        "import_run_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_import_run_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_import_run_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_import_run_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_import_run_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_import_run_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_import_run_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_import_run_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_import_run_history_words_length")),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["organisation.id"], name=op.f("fk_import_run_history_acting_for_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["import_run.id"], name=op.f("fk_import_run_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_run_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run_history")),
    )
    op.create_index(op.f("ix_import_run_history_owner_id"), "import_run_history", ["owner_id"], unique=False)
    op.create_table(
        "kept_form",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(key_hash) <= 64", name=op.f("ck_kept_form_key_hash_length")),
        sa.CheckConstraint("length(path) <= 300", name=op.f("ck_kept_form_path_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_form_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_kept_form_key_hash")),
    )
    op.create_index(op.f("ix_kept_form_account_id"), "kept_form", ["account_id"], unique=False)
    op.create_table(
        "lecturer_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_lecturer_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_lecturer_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_lecturer_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_lecturer_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_lecturer_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_lecturer_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_lecturer_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_lecturer_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_lecturer_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["lecturer.id"], name=op.f("fk_lecturer_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lecturer_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lecturer_history")),
    )
    op.create_index(op.f("ix_lecturer_history_owner_id"), "lecturer_history", ["owner_id"], unique=False)
    op.create_table(
        "old_password",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(password_hash) <= 200", name=op.f("ck_old_password_password_hash_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_old_password_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_password")),
    )
    op.create_index(op.f("ix_old_password_account_id"), "old_password", ["account_id"], unique=False)
    op.create_table(
        "qualification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("trial_lecture_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "trial_lecture_on IS NULL OR trial_lecture_on <= since", name=op.f("ck_qualification_after_trial_lecture")
        ),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_qualification_span")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_qualification_course_id")),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_qualification_lecturer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
        sa.UniqueConstraint(
            "lecturer_id", "course_id", "since", name=op.f("uq_qualification_lecturer_id_course_id_since")
        ),
    )
    op.create_index(op.f("ix_qualification_course_id"), "qualification", ["course_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("large_type", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.CheckConstraint("length(device) <= 120", name=op.f("ck_web_session_device_length")),
        sa.CheckConstraint("length(key_hash) <= 64", name=op.f("ck_web_session_key_hash_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_web_session_acting_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_web_session_key_hash")),
    )
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"], unique=False)
    op.create_table(
        "weekly_hours",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "half_day",
            sa.Enum(
                "morning", "afternoon", "evening", name="halfday", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("starts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ends", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "weekday BETWEEN 0 AND 6 AND starts >= 0 AND ends > starts AND ends <= 1440",
            name=op.f("ck_weekly_hours_span"),
        ),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_weekly_hours_lecturer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_hours")),
        sa.UniqueConstraint(
            "lecturer_id", "weekday", "half_day", name=op.f("uq_weekly_hours_lecturer_id_weekday_half_day")
        ),
    )
    op.create_table(
        "course_version_audience",
        sa.Column("course_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audience_code", sa.String(length=30), nullable=False),
        sa.CheckConstraint("length(audience_code) <= 30", name=op.f("ck_course_version_audience_audience_code_length")),
        sa.ForeignKeyConstraint(
            ["audience_code"], ["audience.code"], name=op.f("fk_course_version_audience_audience_code")
        ),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_course_version_audience_course_version_id")
        ),
        sa.PrimaryKeyConstraint("course_version_id", "audience_code", name=op.f("pk_course_version_audience")),
    )
    op.create_table(
        "course_version_equipment",
        sa.Column("course_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("equipment_code", sa.String(length=30), nullable=False),
        sa.CheckConstraint(
            "length(equipment_code) <= 30", name=op.f("ck_course_version_equipment_equipment_code_length")
        ),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_course_version_equipment_course_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["equipment_code"], ["equipment.code"], name=op.f("fk_course_version_equipment_equipment_code")
        ),
        sa.PrimaryKeyConstraint("course_version_id", "equipment_code", name=op.f("pk_course_version_equipment")),
    )
    op.create_table(
        "course_version_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_course_version_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_course_version_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_course_version_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_course_version_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_course_version_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_course_version_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_course_version_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_course_version_history_words_length")),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["organisation.id"], name=op.f("fk_course_version_history_acting_for_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["course_version.id"], name=op.f("fk_course_version_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_course_version_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version_history")),
    )
    op.create_index(op.f("ix_course_version_history_owner_id"), "course_version_history", ["owner_id"], unique=False)
    op.create_table(
        "dispatch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "discarded",
                "settled",
                "ended",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "direct", "ranked", "claim", name="offermode", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column(
            "mode_from",
            sa.Enum(
                "desk",
                "order",
                "course",
                "district",
                name="modefrom",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("mode_reason", sa.String(length=100), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lecturers_needed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("previous_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ranking", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("length(mode_reason) <= 100", name=op.f("ck_dispatch_mode_reason_length")),
        sa.CheckConstraint("length(number) <= 20", name=op.f("ck_dispatch_number_length")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_dispatch_approved_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_dispatch_course_id")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_dispatch_course_version_id")
        ),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_dispatch_district_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_dispatch_organisation_id")),
        sa.ForeignKeyConstraint(["previous_id"], ["dispatch.id"], name=op.f("fk_dispatch_previous_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_dispatch_proposed_by_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_dispatch_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("number", name=op.f("uq_dispatch_number")),
    )
    op.create_index(op.f("ix_dispatch_course_id"), "dispatch", ["course_id"], unique=False)
    op.create_index(op.f("ix_dispatch_district_id"), "dispatch", ["district_id"], unique=False)
    op.create_index(op.f("ix_dispatch_organisation_id"), "dispatch", ["organisation_id"], unique=False)
    op.create_index("ix_dispatch_queue", "dispatch", ["district_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_dispatch_town_id"), "dispatch", ["town_id"], unique=False)
    op.create_table(
        "edition_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_edition_item_course_id")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_edition_item_course_version_id")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_edition_item_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_item")),
        sa.UniqueConstraint(
            "edition_id", "course_version_id", name=op.f("uq_edition_item_edition_id_course_version_id")
        ),
    )
    op.create_index(op.f("ix_edition_item_course_id"), "edition_item", ["course_id"], unique=False)
    op.create_index(op.f("ix_edition_item_course_version_id"), "edition_item", ["course_version_id"], unique=False)
    op.create_table(
        "dispatch_candidate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("dispatch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "teach_mode",
            sa.Enum(
                "onsite", "venue", "online", name="teachmode", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(teach_mode = 'online') = (venue_id IS NULL AND latitude IS NULL) OR teach_mode = 'onsite'",
            name=op.f("ck_dispatch_candidate_place"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_dispatch_candidate_span")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_dispatch_candidate_dispatch_id")),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_dispatch_candidate_lecturer_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_dispatch_candidate_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_candidate")),
        sa.UniqueConstraint("dispatch_id", "rank", name=op.f("uq_dispatch_candidate_dispatch_id_rank")),
    )
    op.create_index(op.f("ix_dispatch_candidate_lecturer_id"), "dispatch_candidate", ["lecturer_id"], unique=False)
    op.create_table(
        "dispatch_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_dispatch_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_dispatch_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_dispatch_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_dispatch_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_dispatch_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_dispatch_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_dispatch_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_dispatch_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_dispatch_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["dispatch.id"], name=op.f("fk_dispatch_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dispatch_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_history")),
    )
    op.create_index(op.f("ix_dispatch_history_owner_id"), "dispatch_history", ["owner_id"], unique=False)
    op.create_table(
        "lesson",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled",
                "delivered",
                "called_off",
                "missed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("dispatch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "teach_mode",
            sa.Enum(
                "onsite", "venue", "online", name="teachmode", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("online_link", sa.String(length=300), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_free_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "missed_by",
            sa.Enum("lecturer", "committee", name="missedby", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_cancel", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state <> 'missed' OR missed_by IS NOT NULL", name=op.f("ck_lesson_missed_by")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_lesson_span")),
        sa.CheckConstraint("length(number) <= 20", name=op.f("ck_lesson_number_length")),
        sa.CheckConstraint("length(online_link) <= 300", name=op.f("ck_lesson_online_link_length")),
        sa.CheckConstraint("length(reason) <= 200", name=op.f("ck_lesson_reason_length")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_lesson_course_id")),
        sa.ForeignKeyConstraint(["course_version_id"], ["course_version.id"], name=op.f("fk_lesson_course_version_id")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_lesson_dispatch_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_lesson_district_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_lesson_organisation_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_lesson_town_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_lesson_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("dispatch_id", name=op.f("uq_lesson_dispatch_id")),
        sa.UniqueConstraint("number", name=op.f("uq_lesson_number")),
    )
    op.create_index(op.f("ix_lesson_course_id"), "lesson", ["course_id"], unique=False)
    op.create_index(op.f("ix_lesson_district_id"), "lesson", ["district_id"], unique=False)
    op.create_index("ix_lesson_district_starts", "lesson", ["district_id", "starts_at", "id"], unique=False)
    op.create_index(op.f("ix_lesson_organisation_id"), "lesson", ["organisation_id"], unique=False)
    op.create_index("ix_lesson_state_ends", "lesson", ["state", "ends_at"], unique=False)
    op.create_index(op.f("ix_lesson_town_id"), "lesson", ["town_id"], unique=False)
    op.create_index(op.f("ix_lesson_venue_id"), "lesson", ["venue_id"], unique=False)
    op.create_table(
        "order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "rejected",
                "approved",
                "planned",
                "scheduled",
                "delivered",
                "closed",
                "cancelled",
                "unmet",
                "missed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "origin",
            sa.Enum(
                "committee",
                "on_behalf",
                "push",
                "programme",
                "tour",
                "waiting_list",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("edition_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("corps_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("audience_code", sa.String(length=30), nullable=True),
        sa.Column("expected", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "place",
            sa.Enum(
                "own_room",
                "venue",
                "any_venue",
                "online",
                name="place",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("online_too", sa.Boolean(), nullable=False),
        sa.Column("need", sa.String(length=1000), nullable=False),
        sa.Column("preferred_lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact", sa.String(length=40), nullable=False),
        sa.Column("telephone", sa.String(length=30), nullable=False),
        sa.Column("pattern", sa.String(length=200), nullable=False),
        sa.Column("priority", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("call_back_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quota_reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR (expected IS NOT NULL AND edition_item_id IS NOT NULL)",
            name=op.f("ck_order_complete"),
        ),
        sa.CheckConstraint("state IN ('draft', 'cancelled') OR number IS NOT NULL", name=op.f("ck_order_numbered")),
        sa.CheckConstraint("expected IS NULL OR expected BETWEEN 1 AND 5000", name=op.f("ck_order_expected")),
        sa.CheckConstraint('length("key") <= 64', name=op.f("ck_order_key_length")),
        sa.CheckConstraint("length(audience_code) <= 30", name=op.f("ck_order_audience_code_length")),
        sa.CheckConstraint("length(contact) <= 40", name=op.f("ck_order_contact_length")),
        sa.CheckConstraint("length(need) <= 1000", name=op.f("ck_order_need_length")),
        sa.CheckConstraint("length(number) <= 20", name=op.f("ck_order_number_length")),
        sa.CheckConstraint("length(pattern) <= 200", name=op.f("ck_order_pattern_length")),
        sa.CheckConstraint("length(quota_reason) <= 200", name=op.f("ck_order_quota_reason_length")),
        sa.CheckConstraint("length(telephone) <= 30", name=op.f("ck_order_telephone_length")),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["person.id"], name=op.f("fk_order_assigned_to_id")),
        sa.ForeignKeyConstraint(["audience_code"], ["audience.code"], name=op.f("fk_order_audience_code")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_order_checked_by_id")),
        sa.ForeignKeyConstraint(["corps_id"], ["corps.id"], name=op.f("fk_order_corps_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_order_course_id")),
        sa.ForeignKeyConstraint(["course_version_id"], ["course_version.id"], name=op.f("fk_order_course_version_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_order_district_id")),
        sa.ForeignKeyConstraint(["edition_item_id"], ["edition_item.id"], name=op.f("fk_order_edition_item_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_order_made_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_order_organisation_id")),
        sa.ForeignKeyConstraint(
            ["preferred_lecturer_id"], ["lecturer.id"], name=op.f("fk_order_preferred_lecturer_id")
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["person.id"], name=op.f("fk_order_submitted_by_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_order_town_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_order_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("number", name=op.f("uq_order_number")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_order_organisation_id_key")),
    )
    op.create_index(op.f("ix_order_assigned_to_id"), "order", ["assigned_to_id"], unique=False)
    op.create_index("ix_order_course_organisation", "order", ["course_id", "organisation_id"], unique=False)
    op.create_index(op.f("ix_order_district_id"), "order", ["district_id"], unique=False)
    op.create_index(op.f("ix_order_edition_item_id"), "order", ["edition_item_id"], unique=False)
    op.create_index("ix_order_mine", "order", ["organisation_id", "id"], unique=False)
    op.create_index(op.f("ix_order_organisation_id"), "order", ["organisation_id"], unique=False)
    op.create_index("ix_order_queue", "order", ["district_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_order_town_id"), "order", ["town_id"], unique=False)
    op.create_index("ix_order_town_queue", "order", ["town_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_order_venue_id"), "order", ["venue_id"], unique=False)
    op.create_table(
        "corps_ask",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "named",
                "silent",
                "ended",
                name="askstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("corps_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["corps_id"], ["corps.id"], name=op.f("fk_corps_ask_corps_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_corps_ask_district_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_corps_ask_order_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_corps_ask_organisation_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_corps_ask_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corps_ask")),
    )
    op.create_index("ix_corps_ask_deadline", "corps_ask", ["state", "answer_by"], unique=False)
    op.create_index(op.f("ix_corps_ask_district_id"), "corps_ask", ["district_id"], unique=False)
    op.create_index(op.f("ix_corps_ask_order_id"), "corps_ask", ["order_id"], unique=False)
    op.create_index(op.f("ix_corps_ask_organisation_id"), "corps_ask", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_corps_ask_town_id"), "corps_ask", ["town_id"], unique=False)
    op.create_index(
        "uq_corps_ask_open",
        "corps_ask",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "dispatch_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("dispatch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_dispatch_order_dispatch_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_dispatch_order_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_order")),
        sa.UniqueConstraint("dispatch_id", "order_id", name=op.f("uq_dispatch_order_dispatch_id_order_id")),
    )
    op.create_index(op.f("ix_dispatch_order_order_id"), "dispatch_order", ["order_id"], unique=False)
    op.create_index(
        "uq_dispatch_order_live",
        "dispatch_order",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "gap",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "filled", "declined", name="gapstate", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column(
            "lack",
            sa.Enum(
                "course", "lecturer", "venue", "time", name="lack", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=200, collation="C").with_variant(sa.String(length=200, collation="BINARY"), "sqlite"),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("answer_course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("length(answer) <= 500", name=op.f("ck_gap_answer_length")),
        sa.CheckConstraint("length(sort_key) <= 200", name=op.f("ck_gap_sort_key_length")),
        sa.CheckConstraint("length(words) <= 500", name=op.f("ck_gap_words_length")),
        sa.ForeignKeyConstraint(["answer_course_id"], ["course.id"], name=op.f("fk_gap_answer_course_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_gap_course_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_gap_district_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_gap_order_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_gap_organisation_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_gap_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
    )
    op.create_index(op.f("ix_gap_course_id"), "gap", ["course_id"], unique=False)
    op.create_index(op.f("ix_gap_district_id"), "gap", ["district_id"], unique=False)
    op.create_index("ix_gap_district_state", "gap", ["district_id", "state", "made_at"], unique=False)
    op.create_index(op.f("ix_gap_order_id"), "gap", ["order_id"], unique=False)
    op.create_index(op.f("ix_gap_organisation_id"), "gap", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_gap_town_id"), "gap", ["town_id"], unique=False)
    op.create_table(
        "lecturer_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("minutes_taught", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_lecturer_report_words_length")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_lecturer_report_district_id")),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_lecturer_report_lecturer_id")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_lecturer_report_lesson_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lecturer_report")),
        sa.UniqueConstraint("lesson_id", "lecturer_id", name=op.f("uq_lecturer_report_lesson_id_lecturer_id")),
    )
    op.create_index(op.f("ix_lecturer_report_lecturer_id"), "lecturer_report", ["lecturer_id"], unique=False)
    op.create_table(
        "lesson_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_lesson_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_lesson_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_lesson_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_lesson_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_lesson_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_lesson_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_lesson_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_lesson_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_lesson_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["lesson.id"], name=op.f("fk_lesson_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lesson_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_history")),
    )
    op.create_index(op.f("ix_lesson_history_owner_id"), "lesson_history", ["owner_id"], unique=False)
    op.create_table(
        "lesson_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_order_lesson_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_lesson_order_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_order")),
        sa.UniqueConstraint("lesson_id", "order_id", name=op.f("uq_lesson_order_lesson_id_order_id")),
    )
    op.create_index(op.f("ix_lesson_order_order_id"), "lesson_order", ["order_id"], unique=False)
    op.create_table(
        "lesson_party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("expected", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("head_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("online_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "head_count BETWEEN 0 AND 5000 AND online_count BETWEEN 0 AND 5000", name=op.f("ck_lesson_party_counts")
        ),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_party_lesson_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_lesson_party_order_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_lesson_party_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_party")),
        sa.UniqueConstraint("lesson_id", "organisation_id", name=op.f("uq_lesson_party_lesson_id_organisation_id")),
    )
    op.create_index(op.f("ix_lesson_party_order_id"), "lesson_party", ["order_id"], unique=False)
    op.create_index(op.f("ix_lesson_party_organisation_id"), "lesson_party", ["organisation_id"], unique=False)
    op.create_table(
        "move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "moved",
                "refused",
                "withdrawn",
                name="movestate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "asked_by_side",
            sa.Enum("lecturer", "committee", name="missedby", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("old_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("length(answer) <= 200", name=op.f("ck_move_answer_length")),
        sa.CheckConstraint("length(reason) <= 200", name=op.f("ck_move_reason_length")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_move_district_id")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_move_lesson_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_move_organisation_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_move_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
    )
    op.create_index(op.f("ix_move_district_id"), "move", ["district_id"], unique=False)
    op.create_index(op.f("ix_move_organisation_id"), "move", ["organisation_id"], unique=False)
    op.create_index("ix_move_queue", "move", ["district_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_move_town_id"), "move", ["town_id"], unique=False)
    op.create_index(
        "uq_move_open",
        "move",
        ["lesson_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "expired",
                "withdrawn",
                "taken",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("dispatch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seat", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "teach_mode",
            sa.Enum(
                "onsite", "venue", "online", name="teachmode", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answered_way",
            sa.Enum(
                "page", "link", "on_behalf", name="answerway", native_enum=False, create_constraint=True, length=30
            ),
            nullable=True,
        ),
        sa.Column("said_by", sa.String(length=40), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_way", sa.String(length=20), nullable=False),
        sa.Column("reason_code", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_offer_span")),
        sa.CheckConstraint("length(link_hash) <= 64", name=op.f("ck_offer_link_hash_length")),
        sa.CheckConstraint("length(reason) <= 200", name=op.f("ck_offer_reason_length")),
        sa.CheckConstraint("length(reason_code) <= 30", name=op.f("ck_offer_reason_code_length")),
        sa.CheckConstraint("length(said_by) <= 40", name=op.f("ck_offer_said_by_length")),
        sa.CheckConstraint("length(said_way) <= 20", name=op.f("ck_offer_said_way_length")),
        sa.ForeignKeyConstraint(["candidate_id"], ["dispatch_candidate.id"], name=op.f("fk_offer_candidate_id")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_offer_dispatch_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_offer_district_id")),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_offer_lecturer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_offer_organisation_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_offer_town_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_offer_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_offer_link_hash")),
    )
    op.create_index("ix_offer_deadline", "offer", ["state", "answer_by"], unique=False)
    op.create_index(op.f("ix_offer_district_id"), "offer", ["district_id"], unique=False)
    op.create_index("ix_offer_lecturer", "offer", ["lecturer_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_offer_organisation_id"), "offer", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_offer_town_id"), "offer", ["town_id"], unique=False)
    op.create_index(
        "uq_offer_asked_once",
        "offer",
        ["dispatch_id", "lecturer_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_offer_seat",
        "offer",
        ["dispatch_id", "seat"],
        unique=True,
        sqlite_where=sa.text("state = 'accepted'"),
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.create_table(
        "order_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_order_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_order_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_order_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_order_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_order_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_order_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_order_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_order_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_order_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["order.id"], name=op.f("fk_order_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_order_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_history")),
    )
    op.create_index(op.f("ix_order_history_owner_id"), "order_history", ["owner_id"], unique=False)
    op.create_table(
        "order_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(side) <= 10", name=op.f("ck_order_note_side_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_order_note_words_length")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_order_note_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_note_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_note")),
    )
    op.create_index(op.f("ix_order_note_order_id"), "order_note", ["order_id"], unique=False)
    op.create_table(
        "order_window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_order_window_span")),
        sa.CheckConstraint("rank BETWEEN 1 AND 200", name=op.f("ck_order_window_rank")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_window_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_window")),
        sa.UniqueConstraint("order_id", "rank", name=op.f("uq_order_window_order_id_rank")),
    )
    op.create_table(
        "rating",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "given", "lapsed", name="state", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("rate_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("delivery", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("usefulness", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("given_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("town_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state <> 'given' OR (content IS NOT NULL AND delivery IS NOT NULL AND usefulness IS NOT NULL AND given_at IS NOT NULL)",
            name=op.f("ck_rating_whole_when_given"),
        ),
        sa.CheckConstraint("content IS NULL OR content BETWEEN 1 AND 5", name=op.f("ck_rating_content")),
        sa.CheckConstraint("delivery IS NULL OR delivery BETWEEN 1 AND 5", name=op.f("ck_rating_delivery")),
        sa.CheckConstraint("length(words) <= 500", name=op.f("ck_rating_words_length")),
        sa.CheckConstraint("usefulness IS NULL OR usefulness BETWEEN 1 AND 5", name=op.f("ck_rating_usefulness")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_rating_course_id")),
        sa.ForeignKeyConstraint(["district_id"], ["organisation.id"], name=op.f("fk_rating_district_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_rating_given_by_id")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_rating_lesson_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_rating_order_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_rating_organisation_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_rating_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("lesson_id", "organisation_id", name=op.f("uq_rating_lesson_id_organisation_id")),
    )
    op.create_index(op.f("ix_rating_course_id"), "rating", ["course_id"], unique=False)
    op.create_index("ix_rating_deadline", "rating", ["state", "rate_by"], unique=False)
    op.create_index(op.f("ix_rating_district_id"), "rating", ["district_id"], unique=False)
    op.create_index(op.f("ix_rating_order_id"), "rating", ["order_id"], unique=False)
    op.create_index(op.f("ix_rating_organisation_id"), "rating", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_rating_town_id"), "rating", ["town_id"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "present",
                "absent",
                "on_leave",
                name="attendancestate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("replaces_id IS NULL OR reason <> ''", name=op.f("ck_attendance_correction_has_reason")),
        sa.CheckConstraint("length(reason) <= 200", name=op.f("ck_attendance_reason_length")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_attendance_lesson_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_attendance_made_by_id")),
        sa.ForeignKeyConstraint(["party_id"], ["lesson_party.id"], name=op.f("fk_attendance_party_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["attendance.id"], name=op.f("fk_attendance_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_attendance_replaces_id")),
    )
    op.create_index(op.f("ix_attendance_party_id"), "attendance", ["party_id"], unique=False)
    op.create_index(op.f("ix_attendance_person_id"), "attendance", ["person_id"], unique=False)
    op.create_index(
        "uq_attendance_current",
        "attendance",
        ["lesson_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "corps_ask_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_corps_ask_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_corps_ask_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_corps_ask_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_corps_ask_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_corps_ask_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_corps_ask_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_corps_ask_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_corps_ask_history_words_length")),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["organisation.id"], name=op.f("fk_corps_ask_history_acting_for_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["corps_ask.id"], name=op.f("fk_corps_ask_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_corps_ask_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corps_ask_history")),
    )
    op.create_index(op.f("ix_corps_ask_history_owner_id"), "corps_ask_history", ["owner_id"], unique=False)
    op.create_table(
        "gap_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_gap_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_gap_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_gap_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_gap_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_gap_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_gap_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_gap_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_gap_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_gap_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["gap.id"], name=op.f("fk_gap_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_gap_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_history")),
    )
    op.create_index(op.f("ix_gap_history_owner_id"), "gap_history", ["owner_id"], unique=False)
    op.create_table(
        "lesson_lecturer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lecturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seat", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(link_hash) <= 64", name=op.f("ck_lesson_lecturer_link_hash_length")),
        sa.ForeignKeyConstraint(["lecturer_id"], ["lecturer.id"], name=op.f("fk_lesson_lecturer_lecturer_id")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_lecturer_lesson_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_lesson_lecturer_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_lecturer")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_lesson_lecturer_link_hash")),
    )
    op.create_index("ix_lesson_lecturer_lecturer", "lesson_lecturer", ["lecturer_id", "lesson_id"], unique=False)
    op.create_index(
        "uq_lesson_lecturer_seat",
        "lesson_lecturer",
        ["lesson_id", "seat"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "move_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_move_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_move_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_move_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_move_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_move_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_move_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_move_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_move_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_move_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["move.id"], name=op.f("fk_move_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_move_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_history")),
    )
    op.create_index(op.f("ix_move_history_owner_id"), "move_history", ["owner_id"], unique=False)
    op.create_table(
        "offer_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_offer_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_offer_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_offer_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_offer_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_offer_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_offer_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_offer_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_offer_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_offer_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["offer.id"], name=op.f("fk_offer_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_offer_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_history")),
    )
    op.create_index(op.f("ix_offer_history_owner_id"), "offer_history", ["owner_id"], unique=False)
    op.create_table(
        "rating_history",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=False),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acting_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("length(action) <= 40", name=op.f("ck_rating_history_action_length")),
        sa.CheckConstraint("length(actor) <= 60", name=op.f("ck_rating_history_actor_length")),
        sa.CheckConstraint("length(code) <= 60", name=op.f("ck_rating_history_code_length")),
        sa.CheckConstraint("length(from_state) <= 30", name=op.f("ck_rating_history_from_state_length")),
        sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_rating_history_kind_length")),
        sa.CheckConstraint("length(subject) <= 40", name=op.f("ck_rating_history_subject_length")),
        sa.CheckConstraint("length(to_state) <= 30", name=op.f("ck_rating_history_to_state_length")),
        sa.CheckConstraint("length(words) <= 1000", name=op.f("ck_rating_history_words_length")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["organisation.id"], name=op.f("fk_rating_history_acting_for_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["rating.id"], name=op.f("fk_rating_history_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rating_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_history")),
    )
    op.create_index(op.f("ix_rating_history_owner_id"), "rating_history", ["owner_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_rating_history_owner_id"), table_name="rating_history")
    op.drop_table("rating_history")
    op.drop_index(op.f("ix_offer_history_owner_id"), table_name="offer_history")
    op.drop_table("offer_history")
    op.drop_index(op.f("ix_move_history_owner_id"), table_name="move_history")
    op.drop_table("move_history")
    op.drop_index(
        "uq_lesson_lecturer_seat",
        table_name="lesson_lecturer",
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_index("ix_lesson_lecturer_lecturer", table_name="lesson_lecturer")
    op.drop_table("lesson_lecturer")
    op.drop_index(op.f("ix_gap_history_owner_id"), table_name="gap_history")
    op.drop_table("gap_history")
    op.drop_index(op.f("ix_corps_ask_history_owner_id"), table_name="corps_ask_history")
    op.drop_table("corps_ask_history")
    op.drop_index(
        "uq_attendance_current",
        table_name="attendance",
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.drop_index(op.f("ix_attendance_person_id"), table_name="attendance")
    op.drop_index(op.f("ix_attendance_party_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(op.f("ix_rating_town_id"), table_name="rating")
    op.drop_index(op.f("ix_rating_organisation_id"), table_name="rating")
    op.drop_index(op.f("ix_rating_order_id"), table_name="rating")
    op.drop_index(op.f("ix_rating_district_id"), table_name="rating")
    op.drop_index("ix_rating_deadline", table_name="rating")
    op.drop_index(op.f("ix_rating_course_id"), table_name="rating")
    op.drop_table("rating")
    op.drop_table("order_window")
    op.drop_index(op.f("ix_order_note_order_id"), table_name="order_note")
    op.drop_table("order_note")
    op.drop_index(op.f("ix_order_history_owner_id"), table_name="order_history")
    op.drop_table("order_history")
    op.drop_index(
        "uq_offer_seat",
        table_name="offer",
        sqlite_where=sa.text("state = 'accepted'"),
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.drop_index(
        "uq_offer_asked_once",
        table_name="offer",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_offer_town_id"), table_name="offer")
    op.drop_index(op.f("ix_offer_organisation_id"), table_name="offer")
    op.drop_index("ix_offer_lecturer", table_name="offer")
    op.drop_index(op.f("ix_offer_district_id"), table_name="offer")
    op.drop_index("ix_offer_deadline", table_name="offer")
    op.drop_table("offer")
    op.drop_index(
        "uq_move_open",
        table_name="move",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_move_town_id"), table_name="move")
    op.drop_index("ix_move_queue", table_name="move")
    op.drop_index(op.f("ix_move_organisation_id"), table_name="move")
    op.drop_index(op.f("ix_move_district_id"), table_name="move")
    op.drop_table("move")
    op.drop_index(op.f("ix_lesson_party_organisation_id"), table_name="lesson_party")
    op.drop_index(op.f("ix_lesson_party_order_id"), table_name="lesson_party")
    op.drop_table("lesson_party")
    op.drop_index(op.f("ix_lesson_order_order_id"), table_name="lesson_order")
    op.drop_table("lesson_order")
    op.drop_index(op.f("ix_lesson_history_owner_id"), table_name="lesson_history")
    op.drop_table("lesson_history")
    op.drop_index(op.f("ix_lecturer_report_lecturer_id"), table_name="lecturer_report")
    op.drop_table("lecturer_report")
    op.drop_index(op.f("ix_gap_town_id"), table_name="gap")
    op.drop_index(op.f("ix_gap_organisation_id"), table_name="gap")
    op.drop_index(op.f("ix_gap_order_id"), table_name="gap")
    op.drop_index("ix_gap_district_state", table_name="gap")
    op.drop_index(op.f("ix_gap_district_id"), table_name="gap")
    op.drop_index(op.f("ix_gap_course_id"), table_name="gap")
    op.drop_table("gap")
    op.drop_index(
        "uq_dispatch_order_live",
        table_name="dispatch_order",
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.drop_index(op.f("ix_dispatch_order_order_id"), table_name="dispatch_order")
    op.drop_table("dispatch_order")
    op.drop_index(
        "uq_corps_ask_open",
        table_name="corps_ask",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_corps_ask_town_id"), table_name="corps_ask")
    op.drop_index(op.f("ix_corps_ask_organisation_id"), table_name="corps_ask")
    op.drop_index(op.f("ix_corps_ask_order_id"), table_name="corps_ask")
    op.drop_index(op.f("ix_corps_ask_district_id"), table_name="corps_ask")
    op.drop_index("ix_corps_ask_deadline", table_name="corps_ask")
    op.drop_table("corps_ask")
    op.drop_index(op.f("ix_order_venue_id"), table_name="order")
    op.drop_index("ix_order_town_queue", table_name="order")
    op.drop_index(op.f("ix_order_town_id"), table_name="order")
    op.drop_index("ix_order_queue", table_name="order")
    op.drop_index(op.f("ix_order_organisation_id"), table_name="order")
    op.drop_index("ix_order_mine", table_name="order")
    op.drop_index(op.f("ix_order_edition_item_id"), table_name="order")
    op.drop_index(op.f("ix_order_district_id"), table_name="order")
    op.drop_index("ix_order_course_organisation", table_name="order")
    op.drop_index(op.f("ix_order_assigned_to_id"), table_name="order")
    op.drop_table("order")
    op.drop_index(op.f("ix_lesson_venue_id"), table_name="lesson")
    op.drop_index(op.f("ix_lesson_town_id"), table_name="lesson")
    op.drop_index("ix_lesson_state_ends", table_name="lesson")
    op.drop_index(op.f("ix_lesson_organisation_id"), table_name="lesson")
    op.drop_index("ix_lesson_district_starts", table_name="lesson")
    op.drop_index(op.f("ix_lesson_district_id"), table_name="lesson")
    op.drop_index(op.f("ix_lesson_course_id"), table_name="lesson")
    op.drop_table("lesson")
    op.drop_index(op.f("ix_dispatch_history_owner_id"), table_name="dispatch_history")
    op.drop_table("dispatch_history")
    op.drop_index(op.f("ix_dispatch_candidate_lecturer_id"), table_name="dispatch_candidate")
    op.drop_table("dispatch_candidate")
    op.drop_index(op.f("ix_edition_item_course_version_id"), table_name="edition_item")
    op.drop_index(op.f("ix_edition_item_course_id"), table_name="edition_item")
    op.drop_table("edition_item")
    op.drop_index(op.f("ix_dispatch_town_id"), table_name="dispatch")
    op.drop_index("ix_dispatch_queue", table_name="dispatch")
    op.drop_index(op.f("ix_dispatch_organisation_id"), table_name="dispatch")
    op.drop_index(op.f("ix_dispatch_district_id"), table_name="dispatch")
    op.drop_index(op.f("ix_dispatch_course_id"), table_name="dispatch")
    op.drop_table("dispatch")
    op.drop_index(op.f("ix_course_version_history_owner_id"), table_name="course_version_history")
    op.drop_table("course_version_history")
    op.drop_table("course_version_equipment")
    op.drop_table("course_version_audience")
    op.drop_table("weekly_hours")
    op.drop_index(op.f("ix_web_session_account_id"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_index(op.f("ix_qualification_course_id"), table_name="qualification")
    op.drop_table("qualification")
    op.drop_index(op.f("ix_old_password_account_id"), table_name="old_password")
    op.drop_table("old_password")
    op.drop_index(op.f("ix_lecturer_history_owner_id"), table_name="lecturer_history")
    op.drop_table("lecturer_history")
    op.drop_index(op.f("ix_kept_form_account_id"), table_name="kept_form")
    op.drop_table("kept_form")
    op.drop_index(op.f("ix_import_run_history_owner_id"), table_name="import_run_history")
    op.drop_table("import_run_history")
    op.drop_table("import_file")
    op.drop_index(
        "uq_course_version_published",
        table_name="course_version",
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.drop_index(op.f("ix_course_version_district_id"), table_name="course_version")
    op.drop_table("course_version")
    op.drop_table("course_tag")
    op.drop_index("ix_course_soonest_place_slot", table_name="course_soonest")
    op.drop_table("course_soonest")
    op.drop_index("ix_course_problem_words", table_name="course_problem")
    op.drop_table("course_problem")
    op.drop_index(op.f("ix_course_offer_organisation_id"), table_name="course_offer")
    op.drop_table("course_offer")
    op.drop_index(op.f("ix_course_history_owner_id"), table_name="course_history")
    op.drop_table("course_history")
    op.drop_index("ix_course_availability_soonest", table_name="course_availability")
    op.drop_table("course_availability")
    op.drop_index(
        "uq_corps_member_leader",
        table_name="corps_member",
        sqlite_where=sa.text("role = 'leader' AND left_on IS NULL"),
        postgresql_where=sa.text("role = 'leader' AND left_on IS NULL"),
    )
    op.drop_index(
        "uq_corps_member_in_force",
        table_name="corps_member",
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.drop_index(op.f("ix_corps_member_lecturer_id"), table_name="corps_member")
    op.drop_table("corps_member")
    op.drop_index(
        "uq_calendar_feed_in_force",
        table_name="calendar_feed",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("calendar_feed")
    op.drop_table("availability_exception")
    op.drop_index(op.f("ix_appointment_lecturer_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_district_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_corps_id"), table_name="appointment")
    op.drop_table("appointment")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("venue_hours")
    op.drop_index(op.f("ix_venue_history_owner_id"), table_name="venue_history")
    op.drop_table("venue_history")
    op.drop_table("venue_equipment")
    op.drop_index(op.f("ix_venue_closure_venue_id"), table_name="venue_closure")
    op.drop_table("venue_closure")
    op.drop_index(op.f("ix_plaque_venue_id"), table_name="plaque")
    op.drop_table("plaque")
    op.drop_index(op.f("ix_person_history_owner_id"), table_name="person_history")
    op.drop_table("person_history")
    op.drop_index(op.f("ix_organisation_history_owner_id"), table_name="organisation_history")
    op.drop_table("organisation_history")
    op.drop_index(
        "ix_message_unread",
        table_name="message",
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index("ix_message_inbox", table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_membership_person_id"), table_name="membership")
    op.drop_index("ix_membership_organisation_role", table_name="membership")
    op.drop_table("membership")
    op.drop_index("ix_lecturer_district_sort", table_name="lecturer")
    op.drop_table("lecturer")
    op.drop_index("ix_import_run_state", table_name="import_run")
    op.drop_index("ix_import_run_person_id_id", table_name="import_run")
    op.drop_table("import_run")
    op.drop_index(op.f("ix_grouping_member_organisation_id"), table_name="grouping_member")
    op.drop_table("grouping_member")
    op.drop_index(op.f("ix_grouping_history_owner_id"), table_name="grouping_history")
    op.drop_table("grouping_history")
    op.drop_index(op.f("ix_edition_history_owner_id"), table_name="edition_history")
    op.drop_table("edition_history")
    op.drop_index(
        "uq_duty_open",
        table_name="duty",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_duty_subject", table_name="duty")
    op.drop_index(
        "ix_duty_role",
        table_name="duty",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_duty_person",
        table_name="duty",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_duty_climb",
        table_name="duty",
        sqlite_where=sa.text("climbed_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("climbed_at IS NULL AND closed_at IS NULL"),
    )
    op.drop_index(
        "ix_duty_above",
        table_name="duty",
        sqlite_where=sa.text("climbed_at IS NOT NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("climbed_at IS NOT NULL AND closed_at IS NULL"),
    )
    op.drop_table("duty")
    op.drop_index("ix_course_soonest", table_name="course")
    op.drop_index(op.f("ix_course_series_id"), table_name="course")
    op.drop_index(op.f("ix_course_owner_id"), table_name="course")
    op.drop_index("ix_course_menu", table_name="course")
    op.drop_index(op.f("ix_course_district_id"), table_name="course")
    op.drop_index(op.f("ix_course_category_id"), table_name="course")
    op.drop_table("course")
    op.drop_index(op.f("ix_corps_history_owner_id"), table_name="corps_history")
    op.drop_table("corps_history")
    op.drop_table("account")
    op.drop_index(
        "uq_venue_own_room",
        table_name="venue",
        sqlite_where=sa.text("own_room AND ended_on IS NULL"),
        postgresql_where=sa.text("own_room AND ended_on IS NULL"),
    )
    op.drop_index(op.f("ix_venue_town_id"), table_name="venue")
    op.drop_index(op.f("ix_venue_organisation_id"), table_name="venue")
    op.drop_index("ix_venue_district_sort", table_name="venue")
    op.drop_table("venue")
    op.drop_table("setting")
    op.drop_table("series")
    op.drop_index(op.f("ix_person_town_id"), table_name="person")
    op.drop_index("ix_person_organisation_sort", table_name="person")
    op.drop_index(op.f("ix_person_district_id"), table_name="person")
    op.drop_table("person")
    op.drop_index("ix_organisation_reach_descendant_id", table_name="organisation_reach")
    op.drop_table("organisation_reach")
    op.drop_index(op.f("ix_organisation_place_parent_id"), table_name="organisation_place")
    op.drop_table("organisation_place")
    op.drop_table("organisation_name")
    op.drop_index(op.f("ix_organisation_link_successor_id"), table_name="organisation_link")
    op.drop_index(op.f("ix_organisation_link_predecessor_id"), table_name="organisation_link")
    op.drop_table("organisation_link")
    op.drop_table("organisation_community_type")
    op.drop_index("ix_organisation_alias_alias", table_name="organisation_alias")
    op.drop_table("organisation_alias")
    op.drop_index(
        "ix_hold_resource", table_name="hold", sqlite_where=sa.text("active"), postgresql_where=sa.text("active")
    )
    op.drop_index("ix_hold_for", table_name="hold")
    op.drop_index(
        "ix_hold_busy_from", table_name="hold", sqlite_where=sa.text("active"), postgresql_where=sa.text("active")
    )
    op.drop_table("hold")
    op.drop_table("grouping")
    op.drop_index(op.f("ix_edition_district_id"), table_name="edition")
    op.drop_table("edition")
    op.drop_index(op.f("ix_corps_organisation_id"), table_name="corps")
    op.drop_table("corps")
    op.drop_index(op.f("ix_category_parent_id"), table_name="category")
    op.drop_table("category")
    op.drop_index(op.f("ix_organisation_town_id"), table_name="organisation")
    op.drop_index("ix_organisation_parent_sort", table_name="organisation")
    op.drop_index(op.f("ix_organisation_district_id"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_table("sign_in_throttle")
    op.drop_table("running_number")
    op.drop_table("run")
    op.drop_index("ix_outbox_subject", table_name="outbox")
    op.drop_index(
        "ix_outbox_due",
        table_name="outbox",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_table("outbox")
    op.drop_table("organisation_kind")
    op.drop_table("idempotency_key")
    op.drop_table("equipment")
    op.drop_table("course_form")
    op.drop_table("community_type")
    op.drop_table("calendar_day")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_checkpoint_district_id_sequence", table_name="audit_checkpoint")
    op.drop_table("audit_checkpoint")
    op.drop_index("ix_audit_subject", table_name="audit")
    op.drop_index("ix_audit_person_id_at", table_name="audit")
    op.drop_table("audit")
    op.drop_table("audience")
