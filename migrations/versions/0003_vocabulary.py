"""The vocabularies every installation starts with; its people may add, rename and end entries. Locks nothing in use."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"

KINDS = (  # code, label, level, may order
    ("city", "市", "city", False),
    ("district", "区", "district", False),
    ("subdistrict", "街道", "town", False),
    ("town", "镇", "town", False),
    ("township", "乡", "town", False),
    ("neighbourhood", "居民区", "committee", True),
    ("village", "村", "committee", True),
    ("block", "街区", "committee", True),
    ("cluster", "片区", "unit", False),
    ("academy", "学院", "unit", False),
    ("branch", "分院", "unit", False),
    ("department", "部门", "unit", False),
    ("partner", "合作单位", "unit", False),
    ("studio", "书记工作室", "unit", False),
    ("corps", "宣讲团", "unit", False),
    ("unit", "其他单位", "unit", False),
)
CATEGORIES = (("zl", "政治理论"), ("sw", "实务实训"), ("fg", "政策法规"), ("sy", "市民素养"))
FORMS = (
    ("lecture", "讲座"),
    ("special_lecture", "专题讲授"),
    ("onsite_teaching", "现场教学"),
    ("case_teaching", "案例教学"),
    ("situational", "情景党课"),
    ("micro", "微党课"),
    ("party_lecture", "党课"),
    ("seminar", "研讨"),
    ("world_cafe", "世界咖啡"),
    ("open_space", "开放空间"),
    ("role_play", "情景模拟"),
    ("preaching", "宣讲"),
    ("training", "实训"),
    ("hands_on", "体验课"),
    ("report", "课题汇报"),
    ("programme", "班次"),
)
AUDIENCES = (
    ("secretaries", "居村书记、主任"),
    ("community_workers", "社区工作者"),
    ("party_members", "党员"),
    ("residents", "居民、村民"),
    ("volunteers", "骨干和志愿者"),
    ("cadres", "干部"),
    ("young_cadres", "青年干部"),
    ("owners_committees", "业委会和物业"),
    ("social_organisations", "社会组织和社工"),
    ("elderly", "老年居民"),
    ("new_employment", "新就业群体和商户"),
)
EQUIPMENT = (
    ("projector", "投影"),
    ("microphone", "话筒"),
    ("sound", "音响"),
    ("movable_seats", "桌椅可移动"),
    ("whiteboard", "白板"),
    ("streaming", "网络直播"),
    ("computers", "电脑"),
    ("craft_tables", "手工桌"),
    ("stage", "舞台"),
    ("first_aid", "急救模型"),
)
COMMUNITY_TYPES = (
    ("commercial", "商品房"),
    ("resettlement", "动迁安置"),
    ("old_public", "老旧公房"),
    ("mixed", "商住混合"),
    ("rural", "农村"),
    ("urban_village", "城中村"),
    ("protected_village", "保护村落"),
    ("old_town", "古镇老街"),
    ("affordable", "保障房"),
)


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(c) for c in columns))


def _ordered(name: str, rows: tuple[tuple[str, str], ...]) -> None:
    table = _table(name, "code", "label", "position")
    op.bulk_insert(table, [{"code": c, "label": text, "position": i} for i, (c, text) in enumerate(rows, 1)])


def upgrade() -> None:
    kinds = sa.table(
        "organisation_kind",
        sa.column("code"),
        sa.column("label"),
        sa.column("level"),
        sa.column("may_order", sa.Boolean()),
    )
    op.bulk_insert(kinds, [{"code": c, "label": text, "level": lv, "may_order": may} for c, text, lv, may in KINDS])
    categories = _table("category", "code", "label", "position")
    op.bulk_insert(categories, [{"code": c, "label": text, "position": i} for i, (c, text) in enumerate(CATEGORIES, 1)])
    _ordered("course_form", FORMS)
    _ordered("audience", AUDIENCES)
    _ordered("equipment", EQUIPMENT)
    op.bulk_insert(_table("community_type", "code", "label"), [{"code": c, "label": t} for c, t in COMMUNITY_TYPES])


def downgrade() -> None:
    for name in ("community_type", "equipment", "audience", "course_form", "category", "organisation_kind"):
        op.execute(sa.table(name).delete())
