"""What the rooms between the members' and the office's have to say on a structure's page: people, hours, invoices."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.billing import queries as billing
from coopter.governance.queries.signing_bound import signed_by_structure
from coopter.governance.queries.texts import get_text, may_read
from coopter.hours import policies as hours_policies
from coopter.hours import queries as hours
from coopter.hours.rules import EntryState
from coopter.members.models import Structure
from coopter.members.queries import Section, structure_page_sections
from coopter.office.views.structure_account import account, exchanged
from coopter.plumbing import formats
from coopter.plumbing.pages import localised, written
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.month import Month

MONTHS_SHOWN, INVOICES_SHOWN = 3, 6
hours_told = localised(formats.hours)


def placements(actor: Actor, structure: Structure, today: date) -> Section | None:
    """Who works there, now first."""
    lines = staff.placement_lines(actor, on=today, structure_id=structure.id)
    return Section(
        title=_("Salariés mis à disposition"),
        icon="briefcase-business",
        columns=(_("Personne"), _("Métier"), _("Par semaine"), _("Depuis le"), _("État")),
        rows=tuple(
            (
                line.employee,
                line.job_title,
                hours_told(line.placement.weekly_minutes),
                written(line.placement.period.start),
                _("en cours") if line.is_current else _("à venir ou terminée"),
            )
            for line in lines
        ),
        links=tuple(url_for("staff.placement", placement_id=line.placement.id) for line in lines),
        url=url_for("staff.placements", structure=structure.id),
        action=_("Voir les mises à disposition"),
        empty=_("Personne n’est mis à disposition de cette structure."),
    )


def worked(actor: Actor, structure: Structure, today: date) -> Section | None:
    """Hours of the last months, and how many are confirmed."""
    if not hours_policies.can_see_hours_at(actor, structure_id=structure.id):
        return None
    months = [Month.of(today)]
    while len(months) < MONTHS_SHOWN:
        months.append(months[-1].previous())
    total: dict[Month, int] = defaultdict(int)
    waiting: dict[Month, int] = defaultdict(int)
    for entry in hours.entries_between(months[-1].first, months[0].end, structure_id=structure.id):
        month = Month.of(entry.worked_on)
        total[month] += entry.minutes
        waiting[month] += entry.state is not EntryState.CONFIRMED
    seen = [month for month in months if total[month]]
    return Section(
        title=_("Heures des trois derniers mois"),
        icon="clock",
        columns=(_("Mois"), _("Heures"), _("À confirmer")),
        rows=tuple(
            (
                written(month),
                hours_told(total[month]),
                ngettext("%(num)s ligne", "%(num)s lignes", waiting[month]) if waiting[month] else _("aucune"),
            )
            for month in seen
        ),
        links=tuple(url_for("hours.structure_month", structure_id=structure.id, month=str(month)) for month in seen),
        url=url_for("hours.structure_month", structure_id=structure.id, month=str(months[0])),
        action=_("Voir les heures"),
        empty=_("Aucune heure ces trois derniers mois."),
    )


def invoices(actor: Actor, structure: Structure, today: date) -> Section | None:
    """The last invoices and credit notes that the reader may see."""
    rows = billing.list_invoices(actor, structure_id=structure.id, limit=INVOICES_SHOWN)
    if not rows and structure.id not in actor.sees_invoices_of and actor.represents:
        return None
    return Section(
        title=_("Dernières factures"),
        icon="receipt-euro",
        columns=(_("Numéro"), _("Mois"), _("Échéance"), _("Montant TTC")),
        rows=tuple((row.number, written(row.month), written(row.due_on), written(row.effect)) for row in rows),
        links=tuple(url_for("billing.invoice", invoice_id=row.id) for row in rows),
        url=url_for("billing.invoices", structure=structure.id),
        action=_("Voir les factures"),
        empty=_("Aucune facture n’a été émise à cette structure."),
    )


def signed(actor: Actor, structure: Structure, today: date) -> Section | None:
    """The texts that bind the structure, and whether it signed the latest version of each."""
    bound = [
        (latest, one)
        for latest, one in signed_by_structure(structure.id)
        if may_read(actor, get_text(latest.text_id)) and not (one.withdrawn_from and one.withdrawn_from <= today)
    ]
    return Section(
        title=_("Chartes et textes signés"),
        icon="stamp",
        columns=(_("Texte"), _("Version signée"), _("Engagée depuis le"), _("État")),
        rows=tuple(
            (
                latest.title,
                _("version %(number)s", number=one.number),
                written(paris_day(one.first_signed_at)),
                _("à jour") if one.is_latest else _("version %(number)s à signer", number=latest.number),
            )
            for latest, one in bound
        ),
        links=tuple(url_for("governance.text", text_id=latest.text_id) for latest, _one in bound),
        url=url_for("governance.texts"),
        action=_("Voir les textes"),
        empty=_("Cette structure n’a signé aucun texte ici."),
    )


structure_page_sections.extend([placements, worked, invoices, account, exchanged, signed])
