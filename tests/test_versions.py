"""A form says from which version of its row it was made: without it nothing is saved and nothing typed is lost."""

import re

import pytest

from catalogue.lessons import queries as lessons
from catalogue.lessons.states import State
from tests.dispatch.making import a_proposal
from tests.factories import a_dispatcher, a_district_administrator, an_approver, an_edition, an_item
from tests.lessons.making import a_lesson

SENTENCE = "请刷新页面，对照最新内容再提交"


@pytest.mark.parametrize("sent", [{}, {"version": ""}, {"version": "x"}, {"version": "-1"}, {"version": "9" * 11}])
def test_a_form_without_its_version_is_428_and_keeps_what_was_typed(client, sent):
    lesson = a_lesson().lesson
    client.sign_in(a_dispatcher())

    answer = client.post(
        f"/lessons/{lesson.number}/call-off", data={"csrf_token": client.token(), "reason": "停电了", **sent}
    )

    assert (answer.status_code, SENTENCE in answer.text, bool(re.search(r">\s*停电了</textarea>", answer.text))) == (
        428,
        True,
        True,
    )
    assert lessons.whole(lesson.id).state is State.SCHEDULED


def test_the_form_that_came_back_carries_the_version_of_today_and_may_be_sent_again(client):
    lesson = a_lesson().lesson
    client.sign_in(a_dispatcher())
    path, typed = f"/lessons/{lesson.number}/call-off", {"csrf_token": client.token(), "reason": "停电了"}

    came_back = client.post(path, data=typed).text
    version = lesson.version
    again = client.post(path, data={**typed, "version": str(version)})

    assert f'name="version" type="hidden" value="{version}"' in came_back
    assert (again.status_code, lessons.whole(lesson.id).state) == (302, State.CALLED_OFF)


@pytest.mark.parametrize("sent", [{}, {"version": ""}])
def test_a_button_without_the_version_of_its_page_does_nothing(client, sent):
    edition = an_edition(published_on=None)
    an_item(edition=edition)
    client.sign_in(a_district_administrator())

    answer = client.post(f"/editions/{edition.id}/publish", data={"csrf_token": client.token(), **sent})

    assert (answer.status_code, SENTENCE in answer.text) == (428, True)
    assert edition.published_on is None


def test_an_approval_without_the_version_it_was_read_in_is_no_approval(client):
    dispatch = a_proposal()
    client.sign_in(an_approver())

    answer = client.post(f"/dispatch/{dispatch.number}", data={"csrf_token": client.token(), "act": "approve"})

    assert (answer.status_code, SENTENCE in answer.text, dispatch.state.value) == (428, True, "proposed")
