"""Reading people: patients by id, the clinicians of the directory."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic.accounts.models import Clinician, Patient
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import NotFound


def patient(patient_id: UUID) -> Patient:
    """One patient. One statement; noted in the ledger. Raises `NotFound("not_found")`."""
    found: Patient | None = Patient.objects.filter(id=patient_id).first()
    if found is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    return found


def patients(patient_ids: list[UUID]) -> dict[UUID, Patient]:
    """Many patients by id, in one statement. Unknown ids are left out."""
    return {found.id: found for found in Patient.objects.filter(id__in=patient_ids)}


def patient_ids_by_index(indexes: Mapping[str, bytes]) -> set[UUID]:
    """Ids of the patients with all of these blind indexes, by column; at most 200. The caller narrows to its own care."""
    found = Patient.objects.filter(**indexes).order_by("id")
    return {row for (row,) in found.phi_values("id", reason="narrowed to the asker's care before a row is read")[:200]}


def patient_name(patient: Patient) -> str:
    """What we call them: the preferred name, else the legal one. Opens a sealed value: noted in the ledger."""
    return str(reveal(patient.preferred_name) or reveal(patient.legal_name))


def listed_name(patient: Patient) -> str:
    """For staff's lists: a preferred first name together with the family name, so that two Sams are told apart."""
    legal, preferred = str(reveal(patient.legal_name)), str(reveal(patient.preferred_name) or "")
    if not preferred or " " in preferred:
        return preferred or legal
    family = legal.rpartition(" ")[2]
    return preferred if family == preferred else f"{preferred} {family}"


def clinician(clinician_id: UUID) -> Clinician:
    """One clinician of the directory, active or not. Raises `NotFound("not_found")`."""
    found: Clinician | None = Clinician.objects.filter(id=clinician_id).first()
    if found is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    return found


def active_clinicians() -> list[Clinician]:
    """The clinicians people can book with, by name."""
    return list(Clinician.objects.filter(is_active=True).order_by("display_name", "id"))


def patient_id_of(account_id: UUID) -> UUID | None:
    """The account's own patient id. One statement."""
    rows = Patient.objects.filter(account_id=account_id).phi_values("id", reason="an account's own id, at sign-in")
    return rows[0][0] if rows else None


def clinician_id_of(account_id: UUID) -> UUID | None:
    """The account's own clinician id. One statement."""
    found: UUID | None = Clinician.objects.filter(account_id=account_id).values_list("id", flat=True).first()
    return found
