"""What waits, put into words: a title, why, and where to go; the desk's records know none of this."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.office.queries import BigChange, Desk, HoursWaiting, Obstacle, PartyIncomplete, Subject, Task, TaskKind
from coopter.office.views import places
from coopter.office.views.phrases import Words, do, listed
from coopter.planning.rules import Slot, clock_text, wall_minutes
from coopter.plumbing import formats
from coopter.plumbing.pages import localised, say, written
from coopter.values.month import Month


def in_words(task: Task) -> Words:
    """A task as the macro `steps` shows it."""
    return {"urgent": task.is_urgent, **_WORDS[task.kind](task)}


def remedies_of(obstacles: Sequence[Obstacle], *, month: Month) -> list[Words]:
    """What blocks or warns before a closing, in its order; the members whose amount jumps are one item, at its end."""
    jumps = [str(one.refusal.facts["name"]) for one in obstacles if isinstance(one.refusal, BigChange)]
    others = [remedy_of(one, month=month) for one in obstacles if not isinstance(one.refusal, BigChange)]
    if not jumps:
        return others
    title = ngettext(
        "Un montant change de plus de moitié depuis le mois précédent",
        "%(num)d montants changent de plus de moitié depuis le mois précédent",
        len(jumps),
    )
    why = _("%(names)s : vérifiez les heures et les coûts.", names=listed(jumps, most=12))
    return [*others, {"title": title, "why": why, "url": None, "icon": "triangle-alert"}]


def remedy_of(obstacle: Obstacle, *, month: Month) -> Words:
    """Something that blocks or warns before a closing, as the macro `steps` shows it: the sentence and its remedy."""
    subject, facts = obstacle.subject, obstacle.refusal.facts
    if isinstance(obstacle.refusal, HoursWaiting):
        title = ngettext(
            "%(name)s : une ligne d’heures à confirmer", "%(name)s : %(num)d lignes d’heures à confirmer",
            int(facts["lines"]), name=written(facts["structure"]),
        )  # fmt: skip
        why = _("Relancez la structure, ou confirmez à sa place en disant pourquoi.")
        return do(title, why, places.hours_of(month), _("Voir les heures"), icon="clock")
    if isinstance(obstacle.refusal, PartyIncomplete) and subject is Subject.STRUCTURE:
        why = _("Il manque %(missing)s. Complétez la fiche avant de facturer.", missing=written(facts["missing"]))
        record = places.structure(obstacle.subject_id)
        return do(str(facts["name"]), why, record, _("Ouvrir sa fiche"), icon="building-2")
    if subject is Subject.COSTS:
        title, where, action, icon = _("Les coûts sont à revoir"), places.costs_of(month), _("Voir les coûts"), "coins"
    elif subject is Subject.GROUPING:
        title, where, action, icon = _("La fiche du groupement"), places.settings(), _("Ouvrir"), "settings"
    elif subject is Subject.STRUCTURE:
        where = places.structure(obstacle.subject_id)
        title = str(facts.get("name") or _("Un membre à revoir"))
        action, icon = _("Ouvrir sa fiche"), "building-2"
    else:
        return {"title": _("Le mois"), "why": say(obstacle.refusal), "url": None, "icon": "calendar-days"}
    return {"title": title, "why": say(obstacle.refusal), "url": where, "action": action, "icon": icon}


def calm_words(desk: Desk) -> str:
    """When nothing waits: the good news, and what comes next."""
    after = desk.month.next().first
    if not any(one.month == desk.month for one in desk.months):
        return _("Rien ne vous attend. Les premières heures saisies ouvriront %(month)s.", month=written(desk.month))
    return _("Rien ne vous attend. Prochain rendez-vous : clore %(month)s, à partir du %(day)s.",
             month=written(desk.month), day=written(after))  # fmt: skip


def hours_of_shift(slot: Slot) -> str:
    """A shift's hours as the clocks of Paris show them: « 8h30 – 12h »."""
    return f"{clock_text(wall_minutes(slot.starts_at))} – {clock_text(wall_minutes(slot.ends_at))}"


def _disputed(task: Task) -> Words:
    title = ngettext("Une ligne d’heures contestée", "%(num)d lignes d’heures contestées", task.count)
    why = _("%(month)s, chez %(names)s : à départager avant la clôture.", **_who_when(task))
    return do(title, why, places.hours_of(task.month), _("Départager"), count=task.count)


def _to_confirm(task: Task) -> Words:
    lines = ngettext("une ligne", "%(num)d lignes", task.count)
    facts = _who_when(task)
    if task.subject_id is None:
        title = ngettext("Une ligne d’heures à confirmer", "%(num)d lignes d’heures à confirmer", task.count)
        why = _("%(month)s, chez %(names)s.", **facts)
    else:
        title = _("%(names)s : %(hours)s à confirmer", hours=_hours(task), **facts)
        why = _("%(month)s, %(lines)s : la clôture les attend.", lines=lines, **facts)
    action = _("Relancer") if task.is_urgent else _("Voir les heures")
    return do(title, why, places.hours_of(task.month), action, count=task.count)


def _not_sent(task: Task) -> Words:
    title = ngettext("Une ligne d’heures en brouillon", "%(num)d lignes d’heures en brouillon", task.count)
    why = _("%(month)s est fini ; %(names)s : des heures saisies, pas encore envoyées.", **_who_when(task))
    return do(title, why, places.hours_of(task.month), _("Relancer"), count=task.count)


def _missing(task: Task) -> Words:
    why = _("%(month)s : rien de %(names)s, là où une mise à disposition court.", **_who_when(task))
    return do(_("Aucune heure saisie"), why, places.hours_of(task.month), _("Voir les heures"), icon="clock")


def _costs_missing(task: Task) -> Words:
    title = _("%(month)s : les coûts sont à compléter", month=_month(task))
    why = say(task.refusal) if task.refusal else ""
    return do(title, why, places.costs_of(task.month), _("Saisir les coûts"), icon="coins")


def _ready(task: Task) -> Words:
    title = _("%(month)s est prêt à clore", month=_month(task))
    why = _("%(hours)s confirmées, les coûts sont là. L’aperçu montre chaque part avant de rien décider.",
            hours=_hours(task))  # fmt: skip
    return do(title, why, url_for("office.closing", month=str(task.month)), _("Voir l’aperçu"), icon="lock")


def _documents_failed(task: Task) -> Words:
    title = ngettext("Un document n’a pas pu être fait", "%(num)d documents n’ont pas pu être faits", task.count)
    why = _("Les factures sont justes et enregistrées ; seul leur PDF manque. Un nouvel essai part tout seul.")
    return do(title, why, places.invoices(), _("Voir les factures"), count=task.count)


def _documents_waiting(task: Task) -> Words:
    title = ngettext("Un document se prépare", "%(num)d documents se préparent", task.count)
    why = _("Les PDF suivent la clôture, en quelques secondes chacun.")
    return do(title, why, places.invoices(), _("Suivre"), count=task.count)


def _mail_failed(task: Task) -> Words:
    title = ngettext("Un courriel n’est pas parti", "%(num)d courriels ne sont pas partis", task.count)
    why = _("La messagerie ne l’a pas pris. Un nouvel essai part tout seul ; si cela dure, prévenez la personne qui "
            "tient l’installation.")  # fmt: skip
    return do(title, why, None, "", icon="mail")


def _invitation(task: Task) -> Words:
    title = ngettext("Une invitation sans réponse", "%(num)d invitations sans réponse", task.count)
    then = _("Un lien a expiré : invitez de nouveau.") if task.is_urgent else _("Le lien n’a pas encore servi.")
    return do(title, f"{listed(task.names)}. {then}", places.people(), _("Voir les personnes"), icon="mail")


def _ending(task: Task) -> Words:
    day = written(task.on)
    if task.subject_id is None:
        title = _("D’autres mises à disposition finissent bientôt")
        why = _("%(names)s, d’ici au %(day)s.", names=listed(task.names), day=day)
        return do(title, why, places.employees(), _("Voir les salariés"), icon="calendar-clock")
    title = _("Une mise à disposition finit le %(day)s", day=day)
    why = _("%(employee)s chez %(structure)s : à prolonger, ou à laisser finir.",
            employee=task.names[0], structure=task.names[1])  # fmt: skip
    return do(title, why, places.placement(task.subject_id), _("Voir"), icon="calendar-clock")


def _bank_account(task: Task) -> Words:
    why = _("%(name)s demande un autre compte pour les factures : rien ne change sans une deuxième personne.",
            name=task.names[0])  # fmt: skip
    return do(_("IBAN à approuver"), why, places.bank_account(), _("Voir"), icon="landmark")


def _payments_overdue(task: Task) -> Words:
    title = ngettext("Une pièce n’est pas payée", "%(num)d pièces ne sont pas payées", task.count)
    why = _("%(amount)s en retard, depuis le %(day)s pour la plus ancienne : %(names)s.",
            amount=written(task.amount), day=written(task.on), names=listed(task.names))  # fmt: skip
    return do(title, why, url_for("treasury.accounts"), _("Voir les comptes"), count=task.count)


def _money_owed(task: Task) -> Words:
    title = _("%(name)s doit %(amount)s", name=task.names[0], amount=written(task.amount))
    why = ngettext("Une pièce aurait dû être payée le %(day)s.",
                   "%(num)d pièces auraient dû être payées, la plus ancienne le %(day)s.",
                   task.count, day=written(task.on))  # fmt: skip
    where = url_for("treasury.account", structure_id=task.subject_id)
    return do(title, why, where, _("Voir le relevé"), count=task.count)


def _calls_to_issue(task: Task) -> Words:
    title = ngettext("Une échéance d’appel est à émettre", "%(num)d échéances d’appel sont à émettre", task.count)
    year = task.on.year if task.on else 0
    where = url_for("office.calling", contribution_id=task.subject_id, year=year)
    return do(title, f"{listed(task.names)}.", where, _("Voir l’appel"), count=task.count)


def _structure_incomplete(task: Task) -> Words:
    if task.subject_id is None:
        why = _("%(names)s : sans fiche complète, pas de facture.", names=listed(task.names))
        return do(_("D’autres fiches à compléter"), why, places.structures(), _("Voir"), icon="building-2")
    title = _("Fiche incomplète : %(name)s", name=task.names[0])
    why = _("Il manque %(lacks)s : sans cela, pas de facture.", lacks=listed(task.lacks, most=9))
    return do(title, why, places.structure(task.subject_id), _("Compléter"), icon="building-2")


def _grouping_incomplete(task: Task) -> Words:
    why = _("Il manque %(lacks)s sur vos factures.", lacks=listed(task.lacks, most=9))
    return do(_("La fiche du groupement est incomplète"), why, places.settings(), _("Compléter"), icon="settings")


def _first_structure(task: Task) -> Words:
    why = _("Ajoutez-les une à une ou importez votre tableau : les factures partiront à leur nom.")
    return do(_("Pour commencer, les structures membres"), why, places.structures(), _("Ajouter"), icon="building-2")


def _first_employee(task: Task) -> Words:
    why = _("Leur contrat, et les structures où ils travaillent : les heures se saisissent là.")
    return do(_("Ensuite, les salariés partagés"), why, places.employees(), _("Ajouter"), icon="users")


def _confirm(task: Task) -> Words:
    employee, structure = task.names
    title = _("%(employee)s : %(hours)s à confirmer", employee=employee, hours=_hours(task))
    facts = {"structure": structure, "day": written(task.on)}
    why = ngettext("Une ligne chez %(structure)s, du %(day)s.",
                   "%(num)d lignes chez %(structure)s, depuis le %(day)s.", task.count, **facts)  # fmt: skip
    return do(title, why, places.hours_to_confirm(), _("Relire et confirmer"), count=task.count)


def _fill(task: Task) -> Words:
    title = _("Semaine du %(day)s à remplir", day=written(task.on))
    facts = {"names": listed(task.names), "hours": _hours(task)}
    why = ngettext("Un jour prévu et pas encore saisi : %(hours)s, chez %(names)s.",
                   "%(num)d jours prévus et pas encore saisis : %(hours)s, chez %(names)s.",
                   task.count, **facts)  # fmt: skip
    return do(title, why, places.week_of(task.on), _("Remplir"), icon="clock")


def _send(task: Task) -> Words:
    title = _("Semaine du %(day)s à envoyer", day=written(task.on))
    why = _("%(hours)s en brouillon : envoyez-les pour qu’elles soient confirmées.", hours=_hours(task))
    return do(title, why, places.week_of(task.on), _("Relire et envoyer"), icon="send")


def _correct(task: Task) -> Words:
    structure, reason = task.names
    facts = {"structure": structure, "hours": _hours(task), "day": written(task.on)}
    title = _("%(structure)s conteste %(hours)s du %(day)s", **facts)
    why = _("« %(reason)s »", reason=reason) if reason else _("Aucun motif n’a été écrit.")
    return do(title, why, places.week_of(task.on), _("Corriger"), icon="circle-alert")


_WORDS: dict[TaskKind, Callable[[Task], Words]] = {
    TaskKind.HOURS_DISPUTED: _disputed,
    TaskKind.HOURS_TO_CONFIRM: _to_confirm,
    TaskKind.HOURS_NOT_SENT: _not_sent,
    TaskKind.HOURS_MISSING: _missing,
    TaskKind.COSTS_MISSING: _costs_missing,
    TaskKind.MONTH_READY: _ready,
    TaskKind.DOCUMENTS_FAILED: _documents_failed,
    TaskKind.DOCUMENTS_WAITING: _documents_waiting,
    TaskKind.MAIL_FAILED: _mail_failed,
    TaskKind.BANK_ACCOUNT: _bank_account,
    TaskKind.PAYMENTS_OVERDUE: _payments_overdue,
    TaskKind.MONEY_OWED: _money_owed,
    TaskKind.CALLS_TO_ISSUE: _calls_to_issue,
    TaskKind.INVITATION_PENDING: _invitation,
    TaskKind.PLACEMENT_ENDING: _ending,
    TaskKind.STRUCTURE_INCOMPLETE: _structure_incomplete,
    TaskKind.GROUPING_INCOMPLETE: _grouping_incomplete,
    TaskKind.FIRST_STRUCTURE: _first_structure,
    TaskKind.FIRST_EMPLOYEE: _first_employee,
    TaskKind.CONFIRM_HOURS: _confirm,
    TaskKind.FILL_WEEK: _fill,
    TaskKind.SEND_WEEK: _send,
    TaskKind.CORRECT_HOURS: _correct,
}


def _who_when(task: Task) -> dict[str, str]:
    return {"names": listed(task.names), "month": _month(task)}


def _month(task: Task) -> str:
    """The month at the head of a sentence."""
    text = written(task.month)
    return text[:1].upper() + text[1:]


def _hours(task: Task) -> str:
    return str(localised(formats.hours)(task.minutes))
