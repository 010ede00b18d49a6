"""The page /_composants: every macro in every state, with invented data; in development and demonstration only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from flask import Blueprint, current_app, make_response, render_template, request
from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from coopter.plumbing.doors import public
from coopter.values.money import Money
from coopter.values.month import Month

composants = Blueprint("composants", __name__)

STATES = [
    "draft",
    "submitted",
    "confirmed",
    "disputed",
    "closed",
    "open",
    "issued",
    "credited",
    "paid",
    "cancelled",
    "pending",
    "running",
    "done",
    "failed",
    "active",
    "ended",
    "invited",
    "info",
    "warning",
    "error",
    "success",
]
PARTS = [
    ("Maison du vélo", 5130),
    ("SCIC Terres communes", 2700),
    ("Énergie du plateau", 1890),
    ("Régie de l’eau", 840),
]
DAYS = [
    "lundi 5 mars",
    "mardi 6 mars",
    "mercredi 7 mars",
    "jeudi 8 mars",
    "vendredi 9 mars",
    "samedi 10 mars",
    "dimanche 11 mars",
]


class SampleForm(FlaskForm):  # type: ignore[misc]
    """One field of each shape, two of them at fault."""

    class Meta:
        csrf = False

    name = StringField("Nom de la structure", [InputRequired()], description="Tel qu’il figurera sur les factures.")
    siret = StringField("SIRET", [InputRequired()], description="14 chiffres, sans espace.")
    rate = DecimalField("Tarif horaire", [Optional()])
    kind = SelectField("Forme", choices=[("asso", "Association"), ("scic", "SCIC"), ("spl", "Société publique locale")])
    rhythm = RadioField(
        "Rythme de facturation", choices=[("month", "Chaque mois"), ("quarter", "Chaque trimestre")], default="month"
    )
    note = TextAreaField("Note interne", [Optional()])
    public_body = BooleanField("C’est un organisme public", description="La facture passera par Chorus Pro.")


@composants.get("/_composants")
@public
def index() -> Any:
    """Every macro in every state; `?layout=` shows the other layouts (the mail as a file: a page forbids its style)."""
    form = SampleForm(data={"name": "Maison du vélo", "siret": "123 456 789 00012"})
    form.siret.errors = ["La clé de ce SIRET ne tombe pas juste : vérifiez le dernier chiffre."]
    layout = request.args.get("layout", "base")
    page = {"public": "public.html", "print": "print.html", "mail": "mail.html"}.get(layout, "index.html")
    answer = make_response(render_template(f"composants/{page}", **_sample(form)))
    if layout == "mail":
        answer.headers["Content-Disposition"] = "attachment; filename=courriel.html"
    return answer


def _sample(form: SampleForm) -> dict[str, Any]:
    return {
        "form": form,
        "states": STATES,
        "icons": _icons(),
        "parts": PARTS,
        "month": Month(2007, 3),
        "a_day": date(2007, 3, 5),
        "moment": datetime(2007, 3, 5, 16, 42, tzinfo=UTC),
        "shares": [
            {"name": name, "minutes": weight, "amount": Money(weight * 41), "change": Money(change), "state": state}
            for (name, weight), change, state in zip(
                PARTS, (12450, -3200, 0, 880), ("issued", "credited", "paid", "draft"), strict=True
            )
        ],
        "total": Money(sum(weight for _, weight in PARTS) * 41),
        "days": _days(),
        "rows": _rows(),
        "week_total": 2940,
        "navigation": _navigation(),
        "shell": _shell(),
    }


def _icons() -> list[str]:
    sprite = Path(current_app.static_folder or "") / "icons.svg"
    return [symbol.attrib["id"] for symbol in ElementTree.parse(sprite).getroot() if "id" in symbol.attrib]


def _days() -> list[dict[str, Any]]:
    totals = (900, 450, 660, 450, 480, 0, 0)
    return [
        {
            "date": date(2007, 3, 5 + at),
            "short": f"{name[:3]}. {5 + at}",
            "name": name,
            "total": totals[at],
            "weekend": at > 4,
            "today": at == 3,
            "outside": at == 6,
            "warning": "plus de 10 h ce jour" if at == 2 else None,
        }
        for at, name in enumerate(DAYS)
    ]


def _rows() -> list[dict[str, Any]]:
    def cell(line: int, at: int, value: str, minutes: int, **more: Any) -> dict[str, Any]:
        return {"name": f"h-{line}-{at}", "value": value, "minutes": minutes, **more}

    first = [
        cell(1, 1, "7h30", 450, state="draft"),
        cell(1, 2, "3h30", 210, state="submitted"),
        cell(1, 3, "7h", 420),
        cell(1, 4, "7,5", 450),
        cell(1, 5, "", 0),
        cell(1, 6, "", 0),
        cell(1, 7, "", 0),
    ]
    second = [
        cell(2, 1, "", 0),
        cell(2, 2, "240 min", 240),
        cell(2, 3, "4h", 240, state="disputed", note="le responsable compte 3 h"),
        cell(2, 4, "", 0),
        cell(2, 5, "8h", 480, error="Hors de l’affectation"),
        {"closed": True},
        {"closed": True},
    ]
    third = [
        cell(3, at, "", 450 if at == 1 else 0, editable=False, state="confirmed" if at == 1 else "closed")
        for at in range(1, 6)
    ]
    return [
        {"title": "Maison du vélo", "note": "accueil et atelier", "total": 1530, "cells": first},
        {"title": "SCIC Terres communes", "note": "comptabilité", "total": 960, "cells": second},
        {
            "title": "Régie de l’eau",
            "note": "mois clos",
            "total": 450,
            "cells": [*third, {"closed": True}, {"closed": True}],
        },
    ]


def _navigation() -> list[dict[str, Any]]:
    doors = [
        ("Accueil", "house", 4),
        ("Heures", "clock", 6),
        ("Planning", "calendar-days", 0),
        ("Coûts", "coins", 0),
        ("Factures", "receipt-euro", 0),
        ("Membres", "building-2", 0),
        ("Salariés", "users", 0),
        ("Réglages", "settings", 0),
    ]
    return [
        {"label": label, "icon": icon, "url": "#", "current": at == 0, "waits": waits}
        for at, (label, icon, waits) in enumerate(doors)
    ]


def _shell() -> dict[str, Any]:
    return {
        "grouping_name": "Groupement du Plateau",
        "home_url": "/",
        "person_name": "Solène Darcourt",
        "person_role": "coordinatrice",
        "account_url": "#",
        "sign_out_url": "#",
        "language_url": "#",
        "language": "fr",
        "languages": [("fr", "Français"), ("en", "English")],
        "demo": True,
    }
