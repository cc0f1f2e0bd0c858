"""Who reads which words: pages of patients and caregivers in groups, and what only staff and programs see.

Whatever is not named here as the staff's counts as the patients', so that a new page is held to their bar.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from oncology_clinic.words import extraction
from oncology_clinic.words.extraction import Message

ROOT = Path(__file__).resolve().parents[2]
STAFF = (
    "templates/*/staff_",
    "templates/*/desk_",
    "templates/*/admin_",
    "templates/layouts/staff",
    "templates/components/staff_",
    "templates/admin/",
    "templates/audit/",
    "templates/front/api_docs",
    "templates/accounts/people",
    "templates/accounts/invite",
    "templates/accounts/deactivate",
    "oncology_clinic/api",
    "oncology_clinic/audit/",
    "oncology_clinic/idempotency/",
    "oncology_clinic/forms.py",
    "oncology_clinic/front/admin_areas.py",
    "oncology_clinic/accounts/api.py",
    "oncology_clinic/accounts/services/life.py",
    "oncology_clinic/accounts/views/people.py",
    "billing/admin",
    "billing/models/",
    "billing/services/rules_desk.py",
    "screening/api/",
    "screening/models.py",
    "screening/presenters/desk.py",
    "screening/services/alerts.py",
    "screening/services/reading.py",
    "screening/views/desk.py",
    "visits/admin",
    "visits/api/",
    "visits/models/",
    "visits/presenters/chart.py",
    "visits/presenters/day.py",
    "visits/presenters/facts_words.py",
    "visits/presenters/requests.py",
    "visits/presenters/staff_",
    "visits/services/day.py",
    "visits/services/finding_people.py",
    "visits/services/paging.py",
    "visits/services/requests.py",
    "visits/staff_forms.py",
    "visits/views/staff",
)
GROUPS = {
    "letters": ("templates/accounts/letters/", "templates/email/", "templates/sms/", "visits/notices.py"),
    "the first page and the shell": (
        "templates/front/",
        "templates/layouts/",
        "templates/components/",
        "oncology_clinic/",
    ),
    "errors": ("templates/errors/", "templates/forms/"),
    "signing in": ("templates/accounts/", "oncology_clinic/accounts/"),
    "questions about how you feel": ("templates/screening/", "screening/"),
    "what a plan pays": ("templates/billing/", "billing/"),
    "people who help": ("templates/caregivers/", "caregivers/"),
    "visits": ("templates/visits/", "visits/"),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|\{\{ \w+ \}\}")


def is_for_staff(file: str) -> bool:
    return any(re.match(re.escape(start).replace(r"\*", "[^/]+"), file) for start in STAFF)


def group_of(file: str) -> str:
    """The group with the longest fitting start."""
    starts = [(len(start), name) for name, group in GROUPS.items() for start in group if file.startswith(start)]
    return max(starts)[1]


@cache
def patient_messages() -> dict[Message, list[str]]:
    """The messages that a patient or caregiver can meet, with the files where."""
    found = extraction.messages(ROOT)
    theirs = {message: [file for file in files if not is_for_staff(file)] for message, files in found.items()}
    return {message: files for message, files in theirs.items() if files}


def by_group() -> dict[str, list[Message]]:
    groups: dict[str, list[Message]] = {}
    for message, files in patient_messages().items():
        for name in {group_of(file) for file in files}:
            groups.setdefault(name, []).append(message)
    return groups


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))
