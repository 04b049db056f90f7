"""Help and type size: also for strangers, and never a way out of the site."""

import pytest

from tests.factories import an_orderer


def test_large_type_stays_with_the_sign_in(client):
    client.sign_in(an_orderer())

    answer = client.send("/type-size", {"type": "large"}, headers={"Referer": "http://localhost/help?a=1"})

    assert (answer.status_code, answer.location) == (302, "/help?a=1")
    assert 'data-type="large"' in client.get("/help").text


def test_a_stranger_has_large_type_too_and_normal_type_again(client):
    client.send("/type-size", {"type": "large"})
    large = client.get("/help").text
    client.send("/type-size", {"type": "normal"})

    assert 'data-type="large"' in large
    assert 'data-type="normal"' in client.get("/help").text


def test_the_script_gets_no_page_to_load(client):
    answer = client.send("/type-size", {"type": "large"}, headers={"X-Autosave": "1"})

    assert (answer.status_code, answer.text) == (204, "")


@pytest.mark.parametrize(
    "evil", ["https://evil.example/x", "http://localhost//evil.example", "http://localhost/\\evil", ""]
)
def test_no_other_site_can_be_the_way_back(client, evil):
    answer = client.send("/type-size", {"type": "large"}, headers={"Referer": evil})

    assert answer.location == "/"


def test_type_size_is_not_changed_by_opening_a_link(client):
    assert client.get("/type-size?type=large").status_code == 405
