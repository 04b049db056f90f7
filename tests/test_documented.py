"""What the documents promise is what the code has: tables, error codes, settings, commands, events."""

import re
from dataclasses import fields
from pathlib import Path

import click

from catalogue.core import codes, schema
from catalogue.core.errors import Refusal
from catalogue.organisations.settings import SETTINGS
from config import Config

DOCS = Path(__file__).parent.parent / "docs"


def test_the_page_of_tables_is_up_to_date(installed):
    assert (DOCS / "schema.md").read_text() == schema.document()


def test_the_page_of_error_codes_is_up_to_date(installed):
    assert (DOCS / "errors.md").read_text() == codes.document()


def test_every_refusal_class_has_a_code_of_its_own(installed):
    own = [cls for cls in codes._every(Refusal) if cls.__module__.startswith("catalogue.")]

    assert [cls.__qualname__ for cls in own if "code" not in vars(cls)] == []


def test_every_setting_is_documented(installed):
    page = (DOCS / "settings.md").read_text()

    assert [name for name in [*SETTINGS, *(f.name.upper() for f in fields(Config))] if f"`{name}`" not in page] == []


def test_every_command_is_documented(installed):
    page = (DOCS / "operations.md").read_text() + (DOCS.parent / "README.md").read_text()
    theirs = {"db", "openapi"}
    ours = [name for name, found in installed.app.cli.commands.items() if isinstance(found, click.Command)]

    assert [name for name in ours if name not in theirs and not re.search(rf"flask {name}\b", page)] == []


def test_every_kind_of_outbox_row_is_documented(installed):
    page = (DOCS / "events.md").read_text()

    assert [
        kind for kind in installed.app.extensions["songxue.outbox"] if not re.search(rf"\b{re.escape(kind)}\b", page)
    ] == []
