"""The base of every model of ours: a UUIDv7 key made in Python, a declaration, sealed values bound to their row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, ClassVar, NoReturn, Self

import uuid6
from django.db import models
from django.db.models import Count, Exists, Subquery
from django.db.models.expressions import Col
from django.db.models.lookups import Lookup

from oncology_clinic.audit import context as access_context
from oncology_clinic.audit.contract import NotPhi, Phi
from oncology_clinic.crypto.fields import Sealed, SealedFieldMisuse, SealedMixin


class ClinicQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Refuses the ways round the ledger and the seals. `phi_values` is the one declared way."""

    def values(self, *fields: Any, **expressions: Any) -> Any:
        return self._refuse_phi_columns(super().values(*fields, **expressions), "values()")

    def values_list(self, *fields: Any, **kwargs: Any) -> Any:
        return self._refuse_phi_columns(super().values_list(*fields, **kwargs), "values_list()")

    def annotate(self, *args: Any, **kwargs: Any) -> Any:
        """A patient's own row may carry more columns; on a row of nobody's they would come without a look."""
        found = super().annotate(*args, **kwargs)
        return (
            found
            if isinstance(getattr(self.model, "phi", None), Phi)
            else self._refuse_phi_columns(found, "annotate()")
        )

    def aggregate(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse_phi_columns(super().annotate(*args, **kwargs), "aggregate()")
        return super().aggregate(*args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise SealedFieldMisuse(f"raw() on {self.model._meta.label} would pass the ledger by")

    def extra(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise SealedFieldMisuse(f"extra() on {self.model._meta.label} would pass the ledger by")

    def phi_values(self, *fields: str, reason: str, flat: bool = False) -> Any:
        """Plain tuples of columns that name no patient; `reason` says why no read event is due."""
        if not reason:
            raise SealedFieldMisuse("phi_values needs a reason")
        if not fields:
            raise SealedFieldMisuse("phi_values names its columns")
        found = super().values_list(*fields, flat=flat)
        if any(isinstance(field, SealedMixin) for field in _fields_read_by(found)):
            raise SealedFieldMisuse("phi_values cannot read sealed columns")
        return found

    def only(self, *fields: Any) -> Any:
        """As Django's, and always the patient's column: a look without its patient could not be recorded."""
        patient = _patient_column(self.model)
        return super().only(*fields, *([patient] if patient else []))

    def defer(self, *fields: Any) -> Any:
        patient = _patient_column(self.model)
        if patient and {patient, patient.removesuffix("_id")} & set(fields):
            raise SealedFieldMisuse(f"{self.model._meta.label}: the patient's column is never deferred")
        return super().defer(*fields)

    def order_by(self, *field_names: Any) -> Any:
        sealed = {field.name for field in sealed_fields(self.model)}
        if any(isinstance(name, str) and name.lstrip("-") in sealed for name in field_names):
            raise SealedFieldMisuse(f"{self.model._meta.label}: sealed columns have no order")
        return super().order_by(*field_names)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        sealed = {field.name for field in sealed_fields(self.model)}
        if kwargs.get("update_conflicts") and sealed & set(kwargs.get("update_fields") or ()):
            raise SealedFieldMisuse(f"{self.model._meta.label}: an upsert would seal a value for a row that loses")
        return super().bulk_create(objs, *args, **kwargs)

    def _filter_or_exclude_inplace(self, negate: bool, args: Any, kwargs: Any) -> None:
        super()._filter_or_exclude_inplace(negate, args, kwargs)  # type: ignore[misc]
        is_by_hand = args or any(hasattr(value, "resolve_expression") for value in kwargs.values())
        if is_by_hand and any(_compares_sealed(leaf) for leaf in self.query.where.leaves()):  # type: ignore[attr-defined]
            raise SealedFieldMisuse(f"{self.model._meta.label}: sealed values cannot be searched; use a blind index")

    def _refuse_phi_columns(self, found: Any, what: str) -> Any:
        """Also the columns of a patient's rows reached from a model that holds none."""
        holders = {field.model for field in _fields_read_by(found)}
        if what.startswith("values"):
            holders.add(self.model)
        if any(isinstance(getattr(holder, "phi", None), Phi) for holder in holders):
            raise SealedFieldMisuse(f"{what} on {self.model._meta.label} would pass the ledger by; see phi_values")
        return found


ClinicManager = models.Manager.from_queryset(ClinicQuerySet)


def sealed_fields(model: type[models.Model]) -> list[SealedMixin]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedMixin)]


def _compares_sealed(leaf: Any) -> bool:
    """A lookup built by hand (`Exact(F("name"), "Ann")`) passes the field's own refusal by."""
    if not isinstance(leaf, Lookup) or leaf.lookup_name == "isnull":
        return False
    return any(isinstance(part, Col) and isinstance(part.target, SealedMixin) for part in leaf.flatten())


def _fields_read_by(queryset: Any) -> set[Any]:
    """The model fields whose columns a `values()` query, or its annotations, bring back."""
    return set(_columns_of(queryset.query))


def _columns_of(query: Any) -> Iterator[Any]:
    for expression in [*query.select, *query.annotation_select.values()]:
        yield from _columns_in(expression)


def _columns_in(expression: Any) -> Iterator[Any]:
    """How many there are, and whether there are any, brings no column back."""
    if isinstance(expression, Col):
        yield expression.target
    elif isinstance(expression, Subquery) and not isinstance(expression, Exists):
        yield from _columns_of(expression.query)
    elif not isinstance(expression, Count | Exists):
        for inner in expression.get_source_expressions():
            if inner is not None:
                yield from _columns_in(inner)


def _patient_column(model: type[models.Model]) -> str | None:
    declared = getattr(model, "phi", None)
    return declared.patient if isinstance(declared, Phi) else None


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
        row, patient_id = loaded.get(cls._meta.pk.attname), None
        if isinstance(cls.phi, Phi):
            patient_id = loaded.get(cls.phi.patient)
            access_context.current().ledger.note(cls.phi.category, patient_id, cls._meta.label, row)
        for value in loaded.values():
            if isinstance(value, Sealed):
                value.bind(row, patient_id)
        return instance

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """As Django's; one deferred column of a patient's row is loaded together with the patient's."""
        patient = _patient_column(type(self))
        if fields is not None and patient and patient not in fields:
            fields = [*fields, patient]
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)

    def __str__(self) -> str:
        return f"{self._meta.object_name} {self.pk}"

    __repr__ = __str__
