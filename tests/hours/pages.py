"""The pages of hours as a browser meets them: addresses, what a form would send, what is stored after."""

from __future__ import annotations

import io
import re
from datetime import date

from sqlalchemy import func, select

from coopter.hours import queries
from coopter.hours.models import TimeEntry
from coopter.plumbing.database import session
from coopter.plumbing.operations import new_key

TUESDAY = date(2026, 10, 13)
BASE = "/cap-cooperation/heures"


def week_url(house):
    return f"{BASE}/salaries/{house.nolwenn.id}/2026-10-12"


def grid(page):
    """The fields of the week's form, as a browser would send them."""
    html = page.get_data(as_text=True)
    form = html[html.index('id="week"') :]
    form = form[: form.index("</form>")]
    found = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form)
    return {name: value for name, value in found if name not in {"csrf_token", "operation_key"}}


def cell_of(fields, structure_id, day, activity=""):
    """The name of a cell's field."""
    for name, value in fields.items():
        if name.startswith("r-") and value.endswith(f".{structure_id}") and fields["a" + name[1:]] == activity:
            return f"c{name[1:]}-{day.weekday()}"
    raise AssertionError("no such line")


def lines():
    return [
        (one.structure_id, one.worked_on, one.minutes, one.state) for one in queries.week_entries(date(2026, 10, 12))
    ]


def sent_with_key(browser, content, status=200):
    form = {"file": (io.BytesIO(content), "heures.csv"), "operation_key": new_key()}
    answer = browser.post(f"{BASE}/import", data=form, content_type="multipart/form-data")
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def count():
    return session().scalar(select(func.count()).select_from(TimeEntry))
