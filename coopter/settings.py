"""The meter cupboard: every setting, typed, from the environment, each with a safe default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

WEAK_KEYS = {"dev", "secret", "changeme", "change-me", "password", "secret-key", "coopter"}
SHORTEST_KEY = 32
DATABASES = {"sqlite", "postgresql"}
MOST_PORT = 65_535


class WeakSecretKey(RuntimeError):
    """COOPTER_SECRET_KEY is too weak: give at least 32 random characters, or unset it and CoopTer makes one."""


class NotANumber(RuntimeError):
    """A setting that counts something is no whole number, or too small; `args` are its name and what it says."""


class DatabaseNotKnown(RuntimeError):
    """COOPTER_DATABASE_URL is no address of a database that CoopTer works with: SQLite, or PostgreSQL by psycopg."""


class ListenNotUnderstood(RuntimeError):
    """COOPTER_LISTEN is no address and port of this machine; `args` is what it says."""


@dataclass(frozen=True)
class Settings:
    """What the environment says of this installation; docs/operations.md explains each one."""

    data_dir: Path
    database_url: str
    secret_key: str
    secret_key_fallbacks: tuple[str, ...] = ()
    base_url: str = "http://127.0.0.1:8000"
    listen: str = "127.0.0.1:8000"
    mail_url: str = "file:"
    mail_from: str = "coopter@localhost"
    demo: bool = False
    journal_mode: str = "DELETE"
    trusted_proxies: int = 0
    pdf_workers: int = 2
    timestamp_url: str = ""


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read COOPTER_* and fill the gaps; makes the data folder and the secret key (mode 0600) when there are none.

    Raises WeakSecretKey when a key was given that anyone could guess (row R72), NotANumber, DatabaseNotKnown and
    ListenNotUnderstood when a setting cannot be followed.
    """
    data_dir, database_url = places(environ)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        secret_key=_secret_key(environ.get("COOPTER_SECRET_KEY"), data_dir),
        secret_key_fallbacks=tuple(environ.get("COOPTER_SECRET_KEY_FALLBACKS", "").split()),
        base_url=environ.get("COOPTER_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        listen=_listen(environ.get("COOPTER_LISTEN", "127.0.0.1:8000")),
        mail_url=environ.get("COOPTER_MAIL_URL", "file:"),
        mail_from=environ.get("COOPTER_MAIL_FROM", "coopter@localhost"),
        demo=environ.get("COOPTER_DEMO", "") in {"1", "true", "yes"},
        journal_mode=environ.get("COOPTER_SQLITE_JOURNAL_MODE", "DELETE").upper(),
        trusted_proxies=_number(environ, "COOPTER_TRUSTED_PROXIES", default=0, least=0),
        pdf_workers=_number(environ, "COOPTER_PDF_WORKERS", default=2, least=1),
        timestamp_url=environ.get("COOPTER_TIMESTAMP_URL", "").strip(),
    )


def places(environ: Mapping[str, str] = os.environ, *, data_dir: Path | None = None) -> tuple[Path, str]:
    """The data folder (or the one given instead) and the address of the database; nothing is made.

    Raises DatabaseNotKnown.
    """
    folder = (data_dir or Path(environ.get("COOPTER_DATA_DIR") or _default_data_dir(environ))).resolve()
    given = environ.get("COOPTER_DATABASE_URL")
    return folder, _checked_database(given) if given else f"sqlite:///{folder / 'coopter.sqlite'}"


def _checked_database(text: str) -> str:
    try:
        url = make_url(text)
        dialect = url.get_dialect()
        dialect.import_dbapi()
        dialect().create_connect_args(url)
    except (ArgumentError, ImportError, ValueError):
        raise DatabaseNotKnown() from None  # what it says may hold a password: it is not repeated
    if url.get_backend_name() not in DATABASES:
        raise DatabaseNotKnown()
    return text


def _listen(text: str) -> str:
    addresses = [one.rpartition(":") for one in text.split()]
    for host, _, port in addresses:
        if not (host and port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) <= MOST_PORT):
            raise ListenNotUnderstood(text)
    if not addresses:
        raise ListenNotUnderstood(text)
    return text


def _default_data_dir(environ: Mapping[str, str]) -> str:
    home = environ.get("XDG_DATA_HOME") or os.path.join(environ.get("HOME", "."), ".local", "share")
    return os.path.join(home, "coopter")


def _number(environ: Mapping[str, str], name: str, *, default: int, least: int) -> int:
    text = environ.get(name, str(default)).strip()
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise NotANumber(name, text)
    return int(text)


def _secret_key(given: str | None, data_dir: Path) -> str:
    if given is not None:
        if len(given) < SHORTEST_KEY or len(set(given)) < 10 or given.lower() in WEAK_KEYS:
            raise WeakSecretKey(WeakSecretKey.__doc__)
        return given
    path = data_dir / "secret-key"
    if not path.exists():
        _make_key(path)
    return path.read_text(encoding="ascii").strip()


def _make_key(path: Path) -> None:
    """Write a key of our own, whole or not at all: of two processes that start together, one key is kept."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as made:
        made.write(secrets.token_urlsafe(48))
        made.flush()
        os.fsync(made.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other one was first
    finally:
        draft.unlink()
