"""The journal in readable French: one sentence for each action, one name for each kind of subject."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from coopter.office.queries import JournalLine
from coopter.plumbing.pages import written
from coopter.values.month import Month
from coopter.values.numbers import parse_day
from coopter.values.refusal import Refusal

ANYTHING, ANYONE = _("Tout"), _("Tout le monde")

# Said of somebody: « Anne Riou … »; the subject's name is written beside it.
SENTENCES: dict[str, Any] = {
    "bank_account.approved": _("a approuvé un changement d’IBAN"),
    "bank_account.asked": _("a demandé un changement d’IBAN"),
    "bank_account.refused": _("a refusé un changement d’IBAN"),
    "contract.amended": _("a modifié un contrat"),
    "contract.ended": _("a mis fin à un contrat"),
    "costs.imported": _("a importé des coûts"),
    "costs.line_added": _("a saisi un coût"),
    "costs.line_edited": _("a corrigé un coût"),
    "costs.line_removed": _("a supprimé un coût"),
    "costs.month_split": _("a réparti les coûts du mois"),
    "costs.price_set": _("a fixé un prix horaire"),
    "costs.rule_set": _("a fixé une clé de répartition"),
    "document.made": _("a produit le document d’une facture"),
    "employee.edited": _("a modifié une fiche de salarié"),
    "employee.hired": _("a ajouté un salarié"),
    "employees.imported": _("a importé des salariés"),
    "feed.created": _("a créé une adresse d’agenda"),
    "feed.revoked": _("a retiré une adresse d’agenda"),
    "grouping.created": _("a créé le groupement"),
    "grouping.edited": _("a modifié la fiche du groupement"),
    "grouping.logo_set": _("a changé le logo du groupement"),
    "hours.confirmed": _("a confirmé des heures"),
    "hours.disputed": _("a contesté des heures"),
    "hours.imported": _("a importé des heures"),
    "hours.logged": _("a saisi des heures"),
    "hours.month_confirmed": _("a confirmé en bloc les heures du mois"),
    "hours.month_locked": _("a verrouillé les heures du mois"),
    "hours.reminded": _("a relancé pour les heures du mois"),
    "hours.submitted": _("a envoyé une semaine à confirmer"),
    "invitation.accepted": _("a accepté une invitation"),
    "invitation.sent": _("a envoyé une invitation"),
    "invitation.withdrawn": _("a retiré une invitation"),
    "invoice.credited": _("a établi un avoir"),
    "invoice.issued_again": _("a refait une facture"),
    "invoices.issued": _("a établi les factures du mois"),
    "month.closed": _("a clos le mois"),
    "parameter.set": _("a changé un réglage"),
    "pattern.added": _("a planifié un horaire répété"),
    "pattern.changed": _("a changé un horaire répété"),
    "pattern.stopped": _("a arrêté un horaire répété"),
    "person.deactivated": _("a fermé un compte"),
    "person.language_changed": _("a changé de langue"),
    "person.made_administrator": _("est devenu administrateur de l’installation"),
    "person.passkey_added": _("a ajouté une clé d’accès"),
    "person.passkey_removed": _("a retiré une clé d’accès"),
    "person.password_changed": _("a changé de mot de passe"),
    "person.password_reset": _("a choisi un nouveau mot de passe"),
    "person.reactivated": _("a rouvert un compte"),
    "person.recovery_codes_made": _("a fait de nouveaux codes de secours"),
    "person.recovery_failed": _("s’est vu refuser un code de secours"),
    "person.reset_asked": _("a demandé un nouveau mot de passe"),
    "person.second_factor_removed": _("a retiré son second facteur"),
    "person.second_factor_set": _("a réglé son second facteur"),
    "person.sign_in_failed": _("n’a pas réussi à se connecter"),
    "person.signed_in": _("s’est connecté"),
    "person.signed_out": _("s’est déconnecté"),
    "placement.created": _("a mis un salarié à disposition"),
    "placement.edited": _("a modifié une mise à disposition"),
    "placement.ended": _("a mis fin à une mise à disposition"),
    "placements.imported": _("a importé des mises à disposition"),
    "potential_user.added": _("a ajouté une structure à la liste d’un contrat"),
    "potential_users.taken_over": _("a repris les listes d’utilisateurs des contrats"),
    "role.granted": _("a donné un rôle"),
    "role.revoked": _("a retiré un rôle"),
    "shift.added": _("a planifié un créneau"),
    "shift.cancelled": _("a annulé un créneau"),
    "shift.moved": _("a déplacé un créneau"),
    "shifts.cancelled": _("a annulé des créneaux"),
    "structure.added": _("a ajouté une structure"),
    "structure.edited": _("a modifié la fiche d’une structure"),
    "structure.joined": _("a fait entrer une structure"),
    "structure.left": _("a noté le départ d’une structure"),
    "structures.imported": _("a importé des structures"),
}

KINDS: dict[str, Any] = {
    "allocation_rule": _("Clés de répartition"),
    "contract": _("Contrats"),
    "cost_line": _("Coûts"),
    "costs": _("Coûts importés"),
    "employee": _("Salariés"),
    "entry": _("Lignes d’heures"),
    "file": _("Fichiers importés"),
    "grouping": _("Groupement"),
    "hourly_price": _("Prix horaires"),
    "hours": _("Heures d’un jour"),
    "invitation": _("Invitations"),
    "invoice": _("Factures"),
    "month": _("Mois"),
    "parameter": _("Réglages"),
    "pattern": _("Horaires répétés"),
    "person": _("Personnes"),
    "placement": _("Mises à disposition"),
    "shift": _("Créneaux"),
    "structure": _("Structures"),
    "week": _("Semaines"),
}

ICONS = {
    "contract": "file-text", "costs": "coins", "document": "files", "employee": "user", "employees": "users",
    "feed": "rss", "grouping": "landmark", "hours": "clock", "invitation": "mail", "invoice": "receipt-euro",
    "invoices": "receipt-euro",
    "month": "lock", "parameter": "settings", "pattern": "calendar-days", "person": "key-round",
    "placement": "handshake", "placements": "handshake", "potential_user": "handshake", "potential_users": "handshake",
    "role": "shield-check", "shift": "calendar-days", "shifts": "calendar-days", "structure": "building-2",
    "structures": "building-2",
}  # fmt: skip


def sentence_of(line: JournalLine) -> str:
    """What was done, in words; an action of a later version stands as it is written."""
    return str(SENTENCES.get(line.action, line.action))


def kind_name(kind: str) -> str:
    """What a kind of subject is called."""
    return str(KINDS.get(kind, kind))


def subject_of(line: JournalLine) -> str:
    """The subject's name: a structure, a month, a number of invoice; a day in words; else nothing."""
    if line.name is not None:
        name = written(line.name)
        return name[:1].upper() + name[1:] if isinstance(line.name, Month) else name
    if line.kind in {"hours", "week"}:
        return _day(line.subject.rpartition(":")[2])
    return ""


def _day(text: str) -> str:
    try:
        return written(parse_day(text))
    except Refusal:
        return text
