"""Flask-Security as this house uses it: its settings, its French addresses, its mails through our outbox."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app, url_for
from flask_security import MailUtil, PasswordUtil, Security, SQLAlchemyUserDatastore, WebauthnUtil
from flask_security.totp import Totp
from passlib.totp import TOTP, AppWallet  # type: ignore[import-untyped]
from sqlalchemy import select

from coopter.members.models import InstallationRole, PassKey, Person
from coopter.members.rules import SHORTEST_PASSWORD, check_password
from coopter.plumbing import clock, mail
from coopter.plumbing.database import db, session
from coopter.plumbing.operations import new_key
from coopter.plumbing.pages import say
from coopter.values.refusal import Refusal, Words

ADDRESSES = {
    "LOGIN_URL": "/connexion",
    "LOGOUT_URL": "/deconnexion",
    "RESET_URL": "/mot-de-passe",
    "CHANGE_URL": "/compte/mot-de-passe",
    "VERIFY_URL": "/compte/verification",
    "TWO_FACTOR_SETUP_URL": "/compte/second-facteur",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/connexion/code",
    "TWO_FACTOR_RESCUE_URL": "/connexion/secours",
    "TWO_FACTOR_SELECT_URL": "/connexion/choix",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/compte/codes-de-secours",
    "MULTI_FACTOR_RECOVERY_URL": "/connexion/code-de-secours",
    "WAN_REGISTER_URL": "/compte/cles",
    "WAN_DELETE_URL": "/compte/cles/retrait",
    "WAN_VERIFY_URL": "/compte/verification/cle",
    "WAN_SIGNIN_URL": "/connexion/cle",
    "POST_LOGIN_VIEW": "/",
    "POST_LOGOUT_VIEW": "/connexion",
    "POST_RESET_VIEW": "/connexion",
    "POST_CHANGE_VIEW": "/compte",
    "POST_VERIFY_VIEW": "/compte",
    "TWO_FACTOR_POST_SETUP_VIEW": "/compte",
    "WAN_POST_REGISTER_VIEW": "/compte/cles",
}
SETTINGS = {
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "TRACKABLE": True,
    "TWO_FACTOR": True,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "TWO_FACTOR_RESCUE_EMAIL": False,  # a code by mail is no second factor (CNIL 2025-019)
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "MULTI_FACTOR_RECOVERY_CODES_N": 10,
    "WEBAUTHN": True,
    "WAN_RP_NAME": "CoopTer",
    "TOTP_ISSUER": "CoopTer",
    "RESET_PASSWORD_WITHIN": timedelta(hours=1),
    "FRESHNESS": timedelta(hours=1),
    "FRESHNESS_GRACE_PERIOD": timedelta(minutes=30),
    "RETURN_GENERIC_RESPONSES": True,
    "API_ENABLED_METHODS": ["session"],
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "MSG_REAUTHENTICATION_REQUIRED": ("You must reauthenticate to access this endpoint", "info"),  # nobody did wrong
    "EMAIL_PLAINTEXT": False,  # MailUtil writes its own text
    "EMAIL_HTML": False,
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SINGLE_HASH": ["argon2", "plaintext"],
    "PASSWORD_SCHEMES": ["argon2", "plaintext"],
    "PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__memory_cost": 65536,
        "argon2__time_cost": 3,
        "argon2__parallelism": 1,
    },
    "PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
    "STATIC_FOLDER": None,
}
MAILS = {
    "security/email/reset_instructions": "security/mail/reset",
    "security/email/reset_notice": "security/mail/changed",
    "security/email/change_notice": "security/mail/changed",
}


class Datastore(SQLAlchemyUserDatastore):  # type: ignore[misc]
    """People in our session; a command commits, this never does."""

    def commit(self) -> None:
        """Nothing: the command around the view is the transaction."""


class OutboxMail(MailUtil):  # type: ignore[misc]
    """Mails leave through the outbox, their links begin with the configured address (R28)."""

    def send_mail(self, template: str, subject: str, recipient: Any, sender: Any, body: Any, html: Any, **context: Any) -> None:  # fmt: skip # noqa: E501
        person: Person = context["user"]
        token = context.get("reset_token")
        link = absolute("security.reset_password", token=token) if token else absolute("security.forgot_password")
        mail.post(
            to=person.email,
            subject=_subject(template),
            template=MAILS[template],
            context={"name": person.name, "link": link},
            key=f"security:{new_key()}",
            grouping_id=None,
            at=clock.now(),
            language=person.language,
        )


class HousePasswords(PasswordUtil):  # type: ignore[misc]
    """The rule for passwords is ours, and is told in our words."""

    def validate(self, password: str, is_register: bool, **context: Any) -> tuple[list[str] | None, str]:
        normal = self.normalize(password)
        person = context.get("user")
        try:
            check_password(normal, about=[person.email, person.name] if person else [])
        except Refusal as refusal:
            return [say(refusal)], normal
        return None, normal


class AnyAuthenticator(WebauthnUtil):  # type: ignore[misc]
    """Passkeys of any kind: the phone's or the computer's own as well as a key on a ring."""

    def authenticator_selection(self, user: Any, usage: str) -> Any:
        """What a new key must do; the library asks for a key on a ring to sign in with, and phones keep silent."""
        wanted = super().authenticator_selection(user, usage)
        wanted.authenticator_attachment = None
        return wanted


class OnceTotp(Totp):  # type: ignore[misc]
    """Codes of an authenticator, each good for one use (R67)."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        self._totp = TOTP.using(issuer=issuer, wallet=AppWallet(secrets=secrets, default_tag=next(iter(secrets))))

    def get_last_counter(self, user: Any) -> int | None:
        """The last step used, read under lock: two requests with one code are one sign-in."""
        return session().scalar(select(Person.last_totp_step).where(Person.id == user.id).with_for_update())

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember the step, in the command that uses it."""
        user.last_totp_step = tmatch.counter


def install(app: Flask) -> None:
    """Set Flask-Security up, without its JSON door and without tokens."""
    for name, value in {**SETTINGS, **ADDRESSES, **_secrets(app)}.items():
        app.config[f"SECURITY_{name}"] = value
    app.config["SECURITY_DATETIME_FACTORY"] = _naive_now
    app.config["TRUSTED_HOSTS"] = trusted_hosts(app.config["BASE_URL"])
    datastore = Datastore(db, Person, InstallationRole, PassKey)
    security = Security(
        app, datastore, mail_util_cls=OutboxMail, password_util_cls=HousePasswords, totp_cls=OnceTotp,
        webauthn_util_cls=AnyAuthenticator,
    )  # fmt: skip
    security.want_json(lambda request: False)
    security.principal.skip_static = True


def trusted_hosts(base_url: str) -> list[str]:
    """The hosts this installation answers to: the configured one; on one's own machine, all of its names (R28)."""
    host = urlsplit(base_url).hostname or "localhost"
    return ["localhost", "127.0.0.1", "[::1]"] if host in {"localhost", "127.0.0.1", "::1"} else [host]


def absolute(endpoint: str, **values: Any) -> str:
    """A link for a mail: the configured address, whatever host the request names."""
    return str(current_app.config["BASE_URL"]) + url_for(endpoint, **values)


def derived_key(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose alone (R72)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"coopter:{purpose}".encode()).derive(secret.encode())


def _secrets(app: Flask) -> dict[str, Any]:
    """Keys that guard what is stored: the newest writes, the older ones still read."""
    known = [app.config["SECRET_KEY"], *app.config["SECRET_KEY_FALLBACKS"]]
    fernet = [urlsafe_b64encode(derived_key(secret, "recovery codes")) for secret in known]
    totp = {_tag(secret): derived_key(secret, "totp").hex() for secret in known}
    return {"TOTP_SECRETS": totp, "MULTI_FACTOR_RECOVERY_CODES_KEYS": fernet}


def _tag(secret: str) -> str:
    return sha256(derived_key(secret, "name of the key")).hexdigest()[:8]


def _naive_now() -> datetime:
    return clock.now().replace(tzinfo=None)


def _subject(template: str) -> Words:
    if template.endswith("reset_instructions"):
        return Words("Choisir un nouveau mot de passe")
    return Words("Votre mot de passe a changé")
