"""What happens at the sign-in doors, written in the installation's chain of the journal."""

from __future__ import annotations

from typing import Any

from flask_login import current_user
from flask_security import signals

from coopter.members.models import Person
from coopter.plumbing import clock, journal
from coopter.plumbing.transaction import inside_command
from coopter.values.actor import Actor

ACTIONS = {
    signals.user_authenticated: "person.signed_in",
    signals.user_failed_authn: "person.sign_in_failed",
    signals.password_reset: "person.password_reset",
    signals.password_changed: "person.password_changed",
    signals.reset_password_instructions_sent: "person.reset_asked",
    signals.tf_profile_changed: "person.second_factor_set",
    signals.tf_disabled: "person.second_factor_removed",
    signals.wan_registered: "person.passkey_added",
    signals.wan_deleted: "person.passkey_removed",
}
UNKNOWN = {"person.sign_in_failed", "person.reset_asked"}  # done in somebody's name, by nobody knows whom
VISITOR = Actor(person_id=None, name="visiteur", grouping_id=None)
FACTS = ("authn_via", "auth_type", "tfa", "method", "name")


def install() -> None:
    """Listen to Flask-Security, once for all apps of the process."""
    for signal in ACTIONS:
        signal.connect(_HEARD[signal], weak=True)


def note(door: str, person: Person | None) -> None:
    """What no signal tells: recovery codes made, a recovery code refused."""
    if door == "mf_recovery_codes" and person is not None:
        record(person_actor(person), "person.recovery_codes_made", person)
    elif door == "mf_recovery" and not current_user.is_authenticated:
        journal.record(VISITOR, "person.recovery_failed", "installation", at=clock.now())


def person_actor(person: Person) -> Actor:
    """Somebody acting for themselves, outside any grouping."""
    return Actor(person_id=person.id, name=person.name, grouping_id=None)


def record(actor: Actor, action: str, person: Person, after: Any = None) -> None:
    """One line about a person's access."""
    journal.record(actor, action, f"person:{person.id}", at=clock.now(), after=after)


def _listener(action: str) -> Any:
    def heard(sender: Any, user: Any = None, **context: Any) -> None:
        if user is None or not inside_command():
            return
        person: Person = getattr(user, "_get_current_object", lambda: user)()
        facts = {name: context[name] for name in FACTS if context.get(name)}
        record(VISITOR if action in UNKNOWN else person_actor(person), action, person, facts or None)

    return heard


_HEARD = {signal: _listener(action) for signal, action in ACTIONS.items()}
