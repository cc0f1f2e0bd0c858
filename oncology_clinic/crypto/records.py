"""The base of every model of ours: a UUIDv7 key made in Python, a declaration, sealed values bound to their row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Self

import uuid6
from django.db import models

from oncology_clinic.audit import context as access_context
from oncology_clinic.audit.contract import NotPhi, Phi
from oncology_clinic.crypto.fields import Sealed, SealedFieldMisuse


class ClinicQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Refuses the ways round the ledger. `phi_values` is the one declared way."""

    def values(self, *fields: Any, **expressions: Any) -> Any:
        self._refuse_if_phi("values()")
        return super().values(*fields, **expressions)

    def values_list(self, *fields: Any, **kwargs: Any) -> Any:
        self._refuse_if_phi("values_list()")
        return super().values_list(*fields, **kwargs)

    def phi_values(self, *fields: str, reason: str) -> Any:
        """Plain tuples of columns that name no patient; `reason` says why no read event is due."""
        if not reason:
            raise SealedFieldMisuse("phi_values needs a reason")
        return super().values_list(*fields)

    def _refuse_if_phi(self, what: str) -> None:
        if isinstance(getattr(self.model, "phi", None), Phi):
            raise SealedFieldMisuse(f"{what} on {self.model._meta.label} would pass the ledger by; see phi_values")


ClinicManager = models.Manager.from_queryset(ClinicQuerySet)


class ClinicModel(models.Model):
    """Every model says in `phi` whose records it holds (`Phi`) or why none (`NotPhi`)."""

    phi: ClassVar[Phi | NotPhi]

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)

    objects = ClinicManager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        instance = super().from_db(db, field_names, values)
        loaded = instance.__dict__
        patient_id = None
        if isinstance(cls.phi, Phi):
            patient_id = loaded.get(cls.phi.patient)
            access_context.current().ledger.note(cls.phi.category, patient_id, cls._meta.label, loaded.get("id"))
        for value in loaded.values():
            if isinstance(value, Sealed):
                value.bind(loaded.get("id"), patient_id)
        return instance

    def __str__(self) -> str:
        return f"{self._meta.object_name} {self.pk}"

    __repr__ = __str__
