"""What an entry of the journal changed, as a person reads it: field by field, before and after, secrets left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext

from coopter.office.queries import JournalLine
from coopter.plumbing import formats
from coopter.plumbing.pages import localised, written
from coopter.values.identifiers import mask_iban
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

_ = lazy_gettext
MOST = 6
SECRET = ("token", "password", "secret", "hash", "sha256", "pdf", "xml", "uniquifier", "totp", "key")
IGNORED = {"id", "version", "sequence", "recorded_by", "logged_by", "slug"}
# Inside a line, the fields in the order one says them; the others follow.
ORDER = (
    "weekday", "starts_minute", "ends_minute", "from_on", "until_on", "day", "employee", "employee_id", "structure",
    "structure_id", "minutes", "activity", "state",
)  # fmt: skip
Names = Mapping[str, str | Month]

LABELS: dict[str, Any] = {
    "active": _("Compte ouvert"), "activity": _("Activité"), "added": _("Ajoutées"), "address": _("Adresse"),
    "address_more": _("Complément d’adresse"), "amount": _("Montant"), "billing_address": _("Adresse de facturation"),
    "billing_city": _("Commune de facturation"), "billing_name": _("Nom de facturation"),
    "billing_postcode": _("Code postal de facturation"), "bic": _("BIC"), "cancelled": _("Créneaux annulés"),
    "cancels": _("Annule"), "changed": _("Changées"), "city": _("Commune"), "code": _("Code"),
    "collective_agreement": _("Convention collective"), "conditions": _("Conditions"), "confirmed": _("Confirmé"),
    "cost": _("Coût du mois"), "country": _("Pays"), "credit_series": _("Série des avoirs"), "day": _("Jour"),
    "decided_by": _("Décidé par"), "einvoice_address": _("Adresse électronique de facturation"),
    "email": _("Courriel"), "employee": _("Salarié"), "employee_id": _("Salarié"), "ends_at": _("Fin"),
    "ends_minute": _("Fin"), "ends_on": _("Fin (exclue)"), "first_name": _("Prénom"),
    "fiscal_year_month": _("Premier mois de l’exercice"), "from_on": _("À partir du"), "gross": _("Total TTC"),
    "headcount": _("Effectif"), "headcount_on": _("Effectif au"), "iban": _("IBAN"),
    "invoice_series": _("Série des factures"),
    "invoices": _("Factures"), "is_public_body": _("Organisme public"), "job_title": _("Emploi"),
    "joined_on": _("Entrée"), "kind": _("Nature"), "label": _("Libellé"), "language": _("Langue"),
    "last_name": _("Nom"), "left_on": _("Sortie"), "legal_form": _("Forme juridique"), "legal_name": _("Dénomination"),
    "lines": _("Lignes"), "method": _("Clé"), "minutes": _("Durée"), "month": _("Mois"), "name": _("Nom"),
    "net": _("Total HT"), "note": _("Note"), "number": _("Numéro"), "on": _("Date des factures"),
    "pay_grade": _("Classification"), "phone": _("Téléphone"), "pool": _("Coût partagé"), "postcode": _("Code postal"),
    "public_order_ref": _("Numéro d’engagement"), "purchase_order": _("Bon de commande"), "rate": _("Prix de l’heure"),
    "reason": _("Motif"), "replaces": _("Remplace"), "role": _("Rôle"), "service_code": _("Code service"),
    "shares": _("Parts"), "shifts": _("Créneaux"),
    "siren": _("SIREN"), "siret": _("SIRET"), "site": _("Lieu"),

    "starts_at": _("Début"), "starts_minute": _("Début"), "starts_on": _("Début"),
    "state": _("État"),
    "structure": _("Structure"), "structure_id": _("Structure"), "to": _("Destinataires"),
    "total_added": _("Total ajouté"), "trade_name": _("Nom d’usage"),
    "unchanged": _("Inchangées"), "until_on": _("Jusqu’au (exclu)"), "value": _("Valeur"),
    "vat_number": _("Numéro de TVA"), "vat_status": _("TVA"), "weekday": _("Jour de la semaine"),
    "amounts": _("Montants, par ligne"), "ape": _("Code APE"), "by_contract": _("Par contrat"), "days": _("Jours"),
    "feed": _("Adresse d’agenda"), "months": _("Mois"), "new_minutes": _("Nouvelles durées"), "numbers": _("Numéros"),
    "patterns": _("Horaires"), "pools": _("Coûts partagés"), "potential_users": _("Utilisateurs possibles"),
    "replaced": _("Remplacées"), "rna": _("RNA"), "rules": _("Versions des clés"), "weights": _("Poids"),
    "weekly_minutes": _("Durée par semaine"), "without_address": _("Sans adresse"),
}  # fmt: skip

WORDS: dict[str, Any] = {
    "draft": _("brouillon"), "submitted": _("à confirmer"), "confirmed": _("confirmée"), "disputed": _("contestée"),
    "planned": _("prévu"), "cancelled": _("annulé"), "coordinator": _("coordination"),
    "representative": _("représentation d’une structure"), "employee": _("salariat partagé"),
    "treasurer": _("trésorerie"), "auditor": _("contrôle des comptes"), "minutes": _("aux minutes travaillées"),
    "equal": _("à parts égales"), "weights": _("poids fixes"), "headcount": _("à l’effectif"),
    "management": _("frais de gestion"), "gross_pay": _("salaire brut"),
    "employer_contributions": _("cotisations patronales"), "paid_leave": _("congés payés"),
    "health_cover": _("complémentaire santé"), "occupational_health": _("médecine du travail"),
    "training": _("formation"), "travel": _("déplacements"), "equipment": _("équipement"),
    "payroll_tax": _("taxe sur les salaires"), "aid": _("aide reçue"), "other": _("autre"),
    "vat_liable": _("assujettie"), "exempt": _("exonérée"), "franchise_293b": _("franchise en base"),
    "not_taxable": _("non assujettie"), "taxed": _("soumis à la TVA"), "exempt-261b": _("exonéré, article 261 B"),
    "franchise-293b": _("franchise en base, article 293 B"),
}  # fmt: skip
WEEKDAYS = (_("lundi"), _("mardi"), _("mercredi"), _("jeudi"), _("vendredi"), _("samedi"), _("dimanche"))


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after; None where there was nothing."""

    label: str
    before: str | None
    after: str | None


def changes_of(line: JournalLine, names: Names) -> tuple[Change, ...]:
    """The fields that an entry tells of, those that did not change left out."""
    before, after = _fields(line.before), _fields(line.after)
    found = []
    for key in dict.fromkeys((*before, *after)):
        if key in IGNORED or any(part in key for part in SECRET):
            continue
        was, now = _told(key, before.get(key), names), _told(key, after.get(key), names)
        if was != now:
            found.append(Change(str(LABELS.get(key, key)), was, now))
    return tuple(found)


def _fields(value: Any) -> dict[str, Any]:
    """An entry's before or after as named fields; a list of lines stands under « lines »."""
    if isinstance(value, Mapping):
        return dict(value)
    return {} if value is None else {"lines": value}


def _told(key: str, value: Any, names: Names) -> str | None:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, list):
        told = [_one(item, names) for item in value[:MOST]]
        more = len(value) - MOST
        return " ; ".join(told + ([ngettext("et %(num)d autre", "et %(num)d autres", more)] if more > 0 else []))
    if isinstance(value, Mapping) and key not in _WRITERS:
        return _one(value, names)
    if isinstance(value, bool):
        return gettext("oui") if value else gettext("non")
    known = names.get(f"{key.removesuffix('_id')}:{value}")
    if known is not None:
        return written(known)
    written_as = _WRITERS.get(key)
    try:
        return written_as(value) if written_as else _plain(value)
    except (TypeError, ValueError):
        return str(value)


def _one(value: Any, names: Names) -> str:
    """A line inside an entry, in one breath: « 2 mars 2026, Nolwenn Le Goff, Aloen, 7 h 30 »."""
    if not isinstance(value, Mapping):
        return _plain(value)
    keys = sorted(value, key=lambda key: ORDER.index(key) if key in ORDER else len(ORDER))
    told = (_told(key, value[key], names) for key in keys if key not in IGNORED and not isinstance(value[key], bool))
    return ", ".join(part for part in told if part)


def _plain(value: Any) -> str:
    if not isinstance(value, str):
        return str(value)
    if value in WORDS:
        return str(WORDS[value])
    if len(value) >= 10 and value[4:5] == "-" and value[7:8] == "-":
        return _moment(value)
    return value


def _moment(value: str) -> str:
    try:
        return written(date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value))
    except ValueError:
        return value


def _money(value: int) -> str:
    return written(Money(value))


def _month(value: int | str) -> str:
    return written(Month.from_number(value) if isinstance(value, int) else Month.parse(value))


def _clock(value: int) -> str:
    return f"{value // 60 % 24:02d}:{value % 60:02d}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("amount", "cost", "gross", "net", "total_added"), _money),
    **dict.fromkeys(("minutes", "weekly_minutes"), localised(formats.hours)),
    **dict.fromkeys(("starts_minute", "ends_minute"), _clock),
    "month": _month,
    "iban": mask_iban,
    "amounts": lambda value: " ; ".join(f"n° {key} : {_money(cents)}" for key, cents in list(value.items())[:MOST]),
    "rate": lambda value: localised(formats.unit_price)(Rate(value)),
    "weekday": lambda value: str(WEEKDAYS[value]),
}
