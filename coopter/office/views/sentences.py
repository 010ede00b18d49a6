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
    "admission.accepted": _("a fait entrer une structure qui le demandait"),
    "admission.annulled": _("a annulé une admission avant son jour"),
    "admission.closed": _("a clos une demande d’adhésion"),
    "admission.edited": _("a complété une demande d’adhésion"),
    "admission.opinion_given": _("a donné un avis sur une demande d’adhésion"),
    "admission.proposed": _("a mis une admission à l’ordre du jour"),
    "admission.requested": _("a reçu une demande d’adhésion"),
    "assembly.annulled": _("a annulé une assemblée"),
    "assembly.closed": _("a clos une assemblée"),
    "assembly.convened": _("a convoqué une assemblée"),
    "assembly.document_added": _("a joint un document à une assemblée"),
    "assembly.door_code_made": _("a fait un code d’entrée pour une assemblée"),
    "assembly.edited": _("a modifié une assemblée"),
    "assembly.opened": _("a ouvert une assemblée"),
    "assembly.people_set": _("a corrigé le bureau d’une assemblée"),
    "assembly.planned": _("a préparé une assemblée"),
    "attendance.arrived": _("a noté une arrivée"),
    "attendance.left": _("a noté un départ"),
    "bank_account.approved": _("a approuvé un changement d’IBAN"),
    "bank_account.asked": _("a demandé un changement d’IBAN"),
    "bank_account.refused": _("a refusé un changement d’IBAN"),
    "body.closed": _("a mis fin à une instance"),
    "body.created": _("a créé une instance"),
    "campaign.closed": _("a clos une campagne de signature"),
    "campaign.let_off": _("a retiré un signataire"),
    "campaign.opened": _("a ouvert une campagne de signature"),
    "campaign.reminded": _("a renvoyé un lien de signature"),
    "campaign.went_on": _("a fait passer la main au signataire suivant"),
    "capital.moved": _("a inscrit un mouvement de parts sociales"),
    "commitment.added": _("a ajouté un engagement"),
    "commitment.ended": _("a mis fin à un engagement"),
    "commitment.reported": _("a rendu compte d’un engagement"),
    "commitment.reviewed": _("a relu le bilan d’un engagement"),
    "contract.amended": _("a modifié un contrat"),
    "contract.ended": _("a mis fin à un contrat"),
    "costs.imported": _("a importé des coûts"),
    "costs.line_added": _("a saisi un coût"),
    "costs.line_edited": _("a corrigé un coût"),
    "costs.line_removed": _("a supprimé un coût"),
    "costs.month_split": _("a réparti les coûts du mois"),
    "costs.price_set": _("a fixé un prix horaire"),
    "costs.rule_set": _("a fixé une clé de répartition"),
    "departure.abandoned": _("a abandonné un départ"),
    "departure.annulled": _("a annulé un départ avant son jour"),
    "departure.edited": _("a corrigé un départ"),
    "departure.prepared": _("a préparé un départ"),
    "departure.proposed": _("a mis un départ à l’ordre du jour"),
    "departure.took_effect": _("a rendu un départ effectif"),
    "document.made": _("a produit le document d’une facture"),
    "elector.right_set": _("a changé un droit de vote"),
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
    "item.added": _("a ajouté un point à l’ordre du jour"),
    "item.amended": _("a intégré un amendement adopté"),
    "item.edited": _("a modifié un point de l’ordre du jour"),
    "item.moved": _("a déplacé un point de l’ordre du jour"),
    "item.noted": _("a noté ce qui s’est dit d’un point"),
    "item.removed": _("a retiré un point d’un ordre du jour en préparation"),
    "item.withdrawn": _("a retiré un point de l’ordre du jour"),
    "month.closed": _("a clos le mois"),
    "obligation.born": _("a fait naître une échéance"),
    "obligation.done": _("a noté une échéance comme faite"),
    "obligation.dropped": _("a noté une échéance comme sans objet"),
    "obligation.edited": _("a reporté ou confié une échéance"),
    "obligation.reopened": _("a rouvert une échéance"),
    "obligation_feed.created": _("a créé son lien d’agenda des échéances"),
    "obligation_feed.revoked": _("a fermé son lien d’agenda des échéances"),
    "outcome.annulled": _("a annulé une délibération"),
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
    "proxies.assigned": _("a réparti les pouvoirs en blanc"),
    "proxy.given": _("a donné un pouvoir"),
    "proxy.revoked": _("a retiré un pouvoir"),
    "question.answered": _("a répondu à une question écrite"),
    "question.asked": _("a posé une question écrite"),
    "role.granted": _("a donné un rôle"),
    "role.revoked": _("a retiré un rôle"),
    "seat.added": _("a pourvu un siège"),
    "seat.edited": _("a modifié un siège"),
    "seat.ended": _("a mis fin à un mandat"),
    "shift.added": _("a planifié un créneau"),
    "shift.cancelled": _("a annulé un créneau"),
    "shift.moved": _("a déplacé un créneau"),
    "shifts.cancelled": _("a annulé des créneaux"),
    "signature.code_sent": _("a demandé un code pour signer"),
    "signature.declined": _("a refusé de signer"),
    "signature.delegated": _("a délégué sa signature"),
    "signature.given": _("a signé un texte"),
    "signature.refused": _("s’est vu refuser un essai de signature"),
    "signature.stamped": _("a fait horodater une signature"),
    "signature.withdrawn": _("a retiré une signature"),
    "structure.added": _("a ajouté une structure"),
    "structure.edited": _("a modifié la fiche d’une structure"),
    "structure.joined": _("a fait entrer une structure"),
    "structure.joining_cancelled": _("a annulé une adhésion avant son jour"),
    "structure.left": _("a noté le départ d’une structure"),
    "structure.stayed": _("a annulé le départ d’une structure"),
    "structures.imported": _("a importé des structures"),
    "text.annex_added": _("a joint une annexe à un texte"),
    "text.annex_removed": _("a retiré une annexe d’un texte"),
    "text.archived": _("a archivé un texte"),
    "text.created": _("a commencé un texte"),
    "text.drafted": _("a modifié un texte en préparation"),
    "text.frozen": _("a figé une version d’un texte"),
    "text.restored": _("a sorti un texte des archives"),
    "text.version_started": _("a commencé une nouvelle version d’un texte"),
    "vote.cast": _("a voté"),
    "vote.closed": _("a clos un vote"),
    "vote.opened": _("a ouvert un vote"),
    "vote.recorded": _("a noté des voix"),
}

KINDS: dict[str, Any] = {
    "admission": _("Demandes d’adhésion"),
    "allocation_rule": _("Clés de répartition"),
    "assembly": _("Assemblées"),
    "body": _("Instances"),
    "campaign": _("Campagnes de signature"),
    "capital_movement": _("Parts sociales"),
    "commitment": _("Engagements"),
    "contract": _("Contrats"),
    "cost_line": _("Coûts"),
    "costs": _("Coûts importés"),
    "departure": _("Départs"),
    "elector": _("Votants"),
    "employee": _("Salariés"),
    "entry": _("Lignes d’heures"),
    "file": _("Fichiers importés"),
    "grouping": _("Groupement"),
    "hourly_price": _("Prix horaires"),
    "hours": _("Heures d’un jour"),
    "invitation": _("Invitations"),
    "invoice": _("Factures"),
    "item": _("Points d’ordre du jour"),
    "month": _("Mois"),
    "obligation": _("Échéances"),
    "outcome": _("Délibérations"),
    "parameter": _("Réglages"),
    "pattern": _("Horaires répétés"),
    "person": _("Personnes"),
    "placement": _("Mises à disposition"),
    "proxy": _("Pouvoirs"),
    "question": _("Questions écrites"),
    "seat": _("Sièges"),
    "shift": _("Créneaux"),
    "signature": _("Signatures"),
    "structure": _("Structures"),
    "text": _("Textes"),
    "week": _("Semaines"),
}

ICONS = {
    "campaign": "send", "commitment": "list-checks", "signature": "stamp", "text": "file-text",
    "admission": "user-plus", "capital": "landmark", "departure": "log-out", "obligation": "calendar-clock",
    "obligation_feed": "rss",
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
