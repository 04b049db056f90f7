"""Settings come from the environment alone, have safe defaults, and a wrong one says what to set."""

import re

import pytest

from config import DEVELOPMENT_KEY, ROOT, Config, SettingRefused, database_url

KEY = "0123456789abcdef0123456789abcdef"


def test_production_is_the_default_and_refuses_to_start_without_a_key() -> None:
    with pytest.raises(SettingRefused, match="SECRET_KEY must be set to at least 32 random bytes"):
        Config.from_environment({})


@pytest.mark.parametrize("key", [KEY[:31], DEVELOPMENT_KEY, " " * 40])
def test_production_refuses_a_weak_key(key: str) -> None:
    with pytest.raises(SettingRefused):
        Config.from_environment({"SECRET_KEY": key})


def test_production_with_a_key_of_32_bytes_has_these_defaults() -> None:
    config = Config.from_environment({"SECRET_KEY": KEY})

    assert config == Config(
        app_env="production",
        port=8000,
        database_url=f"sqlite:///{ROOT}/var/songxue.db",
        secret_key=KEY,
        public_base_url="http://127.0.0.1:8000",
        upload_dir=ROOT / "var" / "uploads",
    )
    assert (config.https, config.hosts) == (False, ["127.0.0.1", "localhost"])


def test_development_brings_its_own_key() -> None:
    assert Config.from_environment({"APP_ENV": "development"}).secret_key == DEVELOPMENT_KEY


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db/songxue", "postgresql+psycopg://u:p@db/songxue"),
        ("postgresql://u:p@db/songxue", "postgresql+psycopg://u:p@db/songxue"),
        ("postgresql+psycopg:///x?host=/tmp", "postgresql+psycopg:///x?host=/tmp"),
        ("sqlite:///var/a.db", f"sqlite:///{ROOT}/var/a.db"),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
    ],
)
def test_database_urls_are_brought_to_one_spelling(given: str, used: str) -> None:
    assert database_url(given) == used


@pytest.mark.parametrize(
    "wrong",
    [
        {"APP_ENV": "staging"},
        {"PORT": "http"},
        {"PORT": "70000"},
        {"PORT": "-1"},
        {"PORT": "８０００"},
        {"DATABASE_URL": "mysql://db/x"},
        {"DATABASE_URL": "var/a.db"},
        {"REDIS_URL": "http://cache"},
        {"PUBLIC_BASE_URL": "songxue.example"},
        {"PUBLIC_BASE_URL": "https://songxue.example/app"},
        {"TRUSTED_PROXIES": "127.0.0.1"},
        {"METRICS_TOKEN": "short"},
        {"LOG_LEVEL": "loud"},
        {"WEB_WORKERS": "0"},
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(wrong: dict[str, str]) -> None:
    (name,) = wrong
    with pytest.raises(SettingRefused, match=name):
        Config.from_environment({"SECRET_KEY": KEY, **wrong})


def test_an_https_address_makes_cookies_secure_and_names_the_host() -> None:
    config = Config.from_environment({"SECRET_KEY": KEY, "PUBLIC_BASE_URL": "https://songxue.example:8443/"})

    assert config.public_base_url == "https://songxue.example:8443"
    assert config.hosts == ["songxue.example", "127.0.0.1", "localhost"]
    assert config.flask()["SESSION_COOKIE_SECURE"] is True
    assert config.flask()["SESSION_COOKIE_NAME"] == "__Host-songxue"


@pytest.mark.parametrize(
    ("env", "queue"),
    [
        ({"REDIS_URL": "redis://cache/0"}, "redis://cache/0"),
        ({"DATABASE_URL": "postgresql://db/x"}, "postgresql+psycopg://db/x"),
        ({"DATABASE_URL": "sqlite:////srv/a.db"}, "sqlite:////srv/a-queue.db"),
        ({"DATABASE_URL": "sqlite://"}, f"sqlite:///{ROOT}/var/songxue-queue.db"),
    ],
)
def test_the_queue_never_shares_the_business_file(env: dict[str, str], queue: str) -> None:
    assert Config.from_environment({"APP_ENV": "test", **env}).queue_url == queue


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Config.from_environment({"APP_ENV": "test", "PORT": "", "DATABASE_URL": " "}).port == 8000


def test_no_secret_is_printed_with_the_settings() -> None:
    config = Config.from_environment(
        {"SECRET_KEY": KEY, "DATABASE_URL": "postgresql://u:hush@db/x", "METRICS_TOKEN": "m" * 16}
    )

    assert not any(secret in repr(config) for secret in (KEY, "hush", "m" * 16))


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|–) \|", (ROOT / "docs/settings.md").read_text(), re.M))
    defaults = {
        name.upper(): str(field.default).replace(f"{ROOT}/", "").removesuffix("None")
        for name, field in Config.__dataclass_fields__.items()
    }

    assert rows == defaults | {"PUBLIC_BASE_URL": "http://127.0.0.1:$PORT"}
