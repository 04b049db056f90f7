"""One lesson with both sides, committed, for tests that go through pages and the API."""

import pytest

from catalogue.core.db import db
from tests.lessons.making import Scene, a_lesson


@pytest.fixture
def scene(app) -> Scene:
    made = a_lesson()
    db.session.commit()
    return made
