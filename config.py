"""Every setting of the service: its plain name, its default, and the environment variable it is read from.

The variable is the field's name in capitals. Nothing else is read anywhere: docs/settings.md lists them all, and
a test compares the two. TZ is ignored on purpose: people's times are Asia/Shanghai, the database's are UTC.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
DEVELOPMENT_KEY = "development only: not a secret, refused in production"
LEAST_SECRET_BYTES = 32


class SettingRefused(ValueError):
    """The environment asks for something the service will not start with; the message says what to set."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """One start's settings, checked. `Config.from_environment(os.environ)` is the usual way in."""

    app_env: str = "production"
    port: int = 8000
    database_url: str = field(default=f"sqlite:///{ROOT / 'var' / 'songxue.db'}", repr=False)
    secret_key: str = field(default="", repr=False)
    earlier_secret_keys: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    public_base_url: str = ""
    trusted_proxies: int = 0
    upload_dir: Path = ROOT / "var" / "uploads"
    upload_mib: int = 10
    metrics_token: str = field(default="", repr=False)
    log_level: str = "INFO"
    web_workers: int = 2
    web_threads: int = 4
    queue_workers: int = 2
    idle_minutes: int = 30
    sign_in_hours: int = 12
    languages: str = "zh_CN"

    def __post_init__(self) -> None:
        if self.app_env not in ("production", "development", "test"):
            raise SettingRefused(f"APP_ENV must be production, development or test, not {self.app_env!r}.")
        if not self.secret_key and not self.production:
            object.__setattr__(self, "secret_key", DEVELOPMENT_KEY)
        if self.production:
            _refuse_weak_key(self.secret_key)
        object.__setattr__(self, "database_url", database_url(self.database_url))
        base = self.public_base_url or f"http://127.0.0.1:{self.port}"
        object.__setattr__(self, "public_base_url", public_base_url(base))

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """The settings of this environment. An empty variable counts as not set. Raises SettingRefused."""
        given = {name: env.get(name.upper(), "").strip() for name in SETTINGS}
        fields: dict[str, Any] = {name: _READ.get(name, _text)(name, value) for name, value in given.items() if value}
        return cls(**fields)

    @property
    def production(self) -> bool:
        """True when strangers may reach this server: demonstration rows and development keys are refused."""
        return self.app_env == "production"

    @property
    def https(self) -> bool:
        """True when people come over TLS, so cookies are Secure."""
        return self.public_base_url.startswith("https://")

    @property
    def sqlite(self) -> bool:
        """True when the business rows live in a SQLite file."""
        return self.database_url.startswith("sqlite:")

    @property
    def hosts(self) -> list[str]:
        """Host names a request may carry; the loopback ones serve health checks and tests on the machine itself."""
        public = urlsplit(self.public_base_url).hostname or ""
        return list(dict.fromkeys([public, "127.0.0.1", "localhost"]))

    @property
    def earlier_keys(self) -> tuple[str, ...]:
        """Former values of SECRET_KEY, the newest first: they prove what the audit holds from their time."""
        return tuple(key.strip() for key in self.earlier_secret_keys.split(",") if key.strip())

    @property
    def offered_languages(self) -> tuple[str, ...]:
        """The languages a reader may choose from; one means that nobody is asked."""
        return tuple(self.languages.split(","))

    @property
    def queue_url(self) -> str:
        """Where jobs wait: Redis if given, else the PostgreSQL of the business, else a SQLite file of its own."""
        if self.redis_url:
            return self.redis_url
        if not self.sqlite:
            return self.database_url
        return f"sqlite:///{_beside(self.database_url, '-queue')}"

    def engine(self) -> dict[str, Any]:
        """How the database is spoken to: no values of people in error messages, and every wait has an end."""
        if self.sqlite:
            return {"hide_parameters": True}
        limits = "-c timezone=UTC -c statement_timeout=20000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
        plans = "-c jit=off"  # compiling costs more than any statement of a page
        return {
            "hide_parameters": True,
            "pool_size": self.web_threads + 1,
            "max_overflow": 5,
            "pool_timeout": 10,
            "pool_recycle": 1800,
            "connect_args": {"connect_timeout": 5, "options": f"{limits} {plans}"},
        }

    def flask(self) -> dict[str, Any]:
        """The same settings under the names that Flask and its extensions read."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": self.engine(),
            "TRUSTED_HOSTS": self.hosts,
            "MAX_CONTENT_LENGTH": self.upload_mib * 1024 * 1024,
            "SESSION_COOKIE_NAME": "__Host-songxue" if self.https else "songxue",
            "SESSION_COOKIE_SECURE": self.https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "TESTING": self.app_env == "test",
            "HTTPS": self.https,
            "IDLE_MINUTES": self.idle_minutes,
            "WTF_CSRF_CHECK_DEFAULT": False,  # core.web checks every write itself, whatever the route
            "WTF_CSRF_TIME_LIMIT": None,  # the sign-in's own end is the limit
            "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        }

    def make_folders(self) -> None:
        """Create the folders that files of this start are written to. Raises SettingRefused where that cannot be."""
        _make_folder("UPLOAD_DIR", self.upload_dir)
        if self.sqlite:
            _make_folder("DATABASE_URL", _beside(self.database_url, "").parent)


def at_start() -> Config:
    """The settings of this program's environment. A wrong one ends the program with one sentence that names it."""
    try:
        return Config.from_environment(os.environ)
    except SettingRefused as refusal:
        raise SystemExit(f"没有启动：{refusal}") from None


SETTINGS = tuple(Config.__dataclass_fields__)


def _make_folder(name: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise SettingRefused(f"{name} needs the folder {folder}, which cannot be made ({trouble.strerror}).") from None


def database_url(url: str) -> str:
    """SQLAlchemy's URL for the usual spellings; a relative SQLite path starts at the project's root."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise SettingRefused("DATABASE_URL is not a URL. Example: postgresql://songxue@db/songxue")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return _spelt(f"postgresql+psycopg://{rest}")
    if scheme != "sqlite":
        raise SettingRefused(f"DATABASE_URL must be sqlite:// or postgresql://, not {scheme}://.")
    path = rest.removeprefix("/")
    if path in ("", ":memory:"):
        return url
    return f"sqlite:///{ROOT / path}"


def _spelt(url: str) -> str:
    try:
        make_url(url)
    except (ValueError, ArgumentError):
        raise SettingRefused("DATABASE_URL is not a URL. Example: postgresql://songxue@db:5432/songxue") from None
    return url


def public_base_url(url: str) -> str:
    """The address people type, without a closing slash; it also says which Host is believed."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingRefused(f"PUBLIC_BASE_URL must look like https://songxue.example.cn, not {url!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def _beside(sqlite_url: str, suffix: str) -> Path:
    in_memory = sqlite_url in ("sqlite://", "sqlite:///:memory:")
    path = ROOT / "var" / "songxue.db" if in_memory else Path(sqlite_url.removeprefix("sqlite:///"))
    return path.with_stem(path.stem + suffix)


def _refuse_weak_key(key: str) -> None:
    if len(key.encode()) < LEAST_SECRET_BYTES or key == DEVELOPMENT_KEY:
        raise SettingRefused(
            f"SECRET_KEY must be set to at least {LEAST_SECRET_BYTES} random bytes in production, for example by: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )


def _text(_name: str, value: str) -> str:
    return value


def _folder(_name: str, value: str) -> Path:
    return ROOT / value


def _number(least: int, most: int) -> Any:
    def read(name: str, value: str) -> int:
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise SettingRefused(f"{name.upper()} must be a whole number from {least} to {most}, not {value!r}.")
        return int(value)

    return read


def _level(name: str, value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise SettingRefused(f"{name.upper()} must be DEBUG, INFO, WARNING or ERROR, not {value!r}.")
    return value.upper()


def _redis(name: str, value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise SettingRefused(f"{name.upper()} must start with redis://, rediss:// or unix://.")
    return value


def _token(name: str, value: str) -> str:
    if len(value) < 16:
        raise SettingRefused(f"{name.upper()} must have at least 16 characters.")
    return value


def _languages(name: str, value: str) -> str:
    found = tuple(dict.fromkeys(tag.strip().replace("-", "_") for tag in value.split(",") if tag.strip()))
    if "zh_CN" not in found or not set(found) <= {"zh_CN", "en"}:
        raise SettingRefused(f"{name.upper()} must name zh_CN and may name en, separated by commas, not {value!r}.")
    return ",".join(found)


_READ: dict[str, Any] = {
    "languages": _languages,
    "port": _number(1, 65535),
    "trusted_proxies": _number(0, 5),
    "upload_dir": _folder,
    "upload_mib": _number(1, 200),
    "web_workers": _number(1, 64),
    "web_threads": _number(1, 64),
    "queue_workers": _number(1, 32),
    "idle_minutes": _number(1, 240),
    "sign_in_hours": _number(1, 24),
    "log_level": _level,
    "redis_url": _redis,
    "metrics_token": _token,
}
