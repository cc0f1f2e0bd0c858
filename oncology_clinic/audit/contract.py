"""What every model and every route declares: whose records it holds or touches, or none and why.

`manage.py check` refuses a model or route without a declaration, and so does start-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Category(IntEnum):
    """The kind of data. Stored as a number in the log's clear columns: never renumber."""

    demographics = 1
    contact = 2
    appointment = 3
    visit_note = 4
    screening = 5
    result = 6
    medication = 7
    billing = 8
    message = 9
    document = 10
    account = 11
    audit = 12
    caregiver = 13
    routing = 14


class Action(IntEnum):
    """What was done. Stored as a number: never renumber."""

    create = 1
    read = 2
    update = 3
    delete = 4
    execute = 5
    export = 6
    print = 7
    disclose = 8
    login = 10
    logout = 11
    login_failed = 12
    mfa_failed = 13
    locked_out = 14
    denied = 15
    break_glass = 16
    grant = 17
    revoke = 18
    privilege = 19
    consent = 20
    send = 21
    seal_check = 22
    password_change = 23
    mfa_enrol = 24
    mfa_reset = 25
    invite = 26
    deactivate = 27
    key_rotation = 28
    # what the clinic does, beyond the standard's triggers
    book = 40
    reschedule = 41
    cancel = 42
    decide = 43
    emergency = 44
    answer = 45
    alert = 46
    acknowledge = 47
    coverage_check = 48
    configure = 49


class Outcome(IntEnum):
    ok = 1
    denied = 2
    error = 3


@dataclass(frozen=True, slots=True)
class Phi:
    """The model's rows are about a patient, whose id is in the column named `patient`."""

    category: Category
    patient: str = "patient_id"


@dataclass(frozen=True, slots=True)
class NotPhi:
    """The model's rows, or the route's pages, are about no patient; `reason` says why we are sure."""

    reason: str


@dataclass(frozen=True, slots=True)
class Touches:
    """The route reads or writes records of these categories, of the persons `subject` describes in words."""

    categories: frozenset[Category]
    subject: str


def touches(*categories: Category, subject: str = "the patient named by the path or the caller") -> Touches:
    return Touches(frozenset(categories), subject)
