"""Refusals: expected things the clinic will not do, each with a stable code and a plain sentence.

A page turns a refusal into a form error or an error page; the API turns it into
`{"code", "detail"}`. Anything that is not a `Refusal` is a bug and rises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID


class Refusal(Exception):
    """Something we will not do.

    `code` is stable and tested, `sentence` is fit for the person asking and holds no
    patient data, `field` names the form field to hang the sentence on (empty: the form),
    `extra` is merged into the JSON body (plain values only). `patient_id` is the patient it
    was about, for the audit log alone: no answer shows it.
    """

    status: ClassVar[int] = 422
    is_denial: ClassVar[bool] = False  # a denial is recorded in the audit log

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        field: str = "",
        extra: Mapping[str, object] | None = None,
        patient_id: UUID | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.extra = dict(extra or {})
        self.patient_id = patient_id


class Conflict(Refusal):
    """The world changed meanwhile: a taken slot, a closed request."""

    status = 409


class NotFound(Refusal):
    """No such thing, or not yours: the answer is the same for both."""

    status = 404
    is_denial = True


class Forbidden(Refusal):
    """You are known, and your role may not do this."""

    status = 403
    is_denial = True


class TooManyTries(Refusal):
    status = 429
