"""Sealed fields: django-encrypted-model-fields, guarded.

The package encrypts and rotates keys well, and has faults that lose or leak data; each
guard here answers one of them (docs/decisions/0003-sealed-fields.md). A value comes out
of the database as an opaque `Sealed`; `reveal()` opens it, inside an access context.
Each ciphertext carries the table, column and row it was written for.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from cryptography.fernet import InvalidToken
from django import forms
from django.core import checks
from django.db import models
from encrypted_model_fields import fields as package

from oncology_clinic.audit import context as access_context
from oncology_clinic.audit.contract import Phi
from oncology_clinic.crypto import keys

_SEPARATOR = "\x1f"


class PhiUnreadable(Exception):
    """A sealed value does not open: wrong key, foreign row, or not sealed at all. Names no value."""


class SealedFieldMisuse(Exception):
    """The code asks a sealed field for something that would leak or destroy data. A bug."""


class Sealed:
    """A value still sealed. It has no text: not in pages, logs, JSON or pickles."""

    __slots__ = ("_field", "_patient_id", "_row", "_token")

    def __init__(self, token: str, field: SealedMixin) -> None:
        self._token = token
        self._field = field
        self._row: object = None
        self._patient_id: object = None

    def bind(self, row: object, patient_id: object) -> None:
        self._row, self._patient_id = row, patient_id

    def reveal(self) -> Any:
        """The plain value. Raises `PhiUnreadable`, `NoAccessContext`; noted in the ledger."""
        return self._field.open(self._token, self._row, self._patient_id)

    def token_for(self, field: SealedMixin, row: object) -> str:
        if field is not self._field or str(row) != str(self._row):
            raise SealedFieldMisuse("reveal a sealed value before storing it in another row or column")
        return self._token

    def __str__(self) -> str:
        return "[sealed]"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return "[sealed]"

    def __reduce__(self) -> NoReturn:
        raise SealedFieldMisuse("a sealed value is never pickled")


def reveal(value: Any) -> Any:
    """Open a sealed value; a plain one (just assigned, not yet saved) is given back as it is."""
    return value.reveal() if isinstance(value, Sealed) else value


class _ForRow:
    """A value on its way to one row of one column."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token


class SealedMixin(package.EncryptedMixin):
    """What all sealed fields share. `to_text` and `from_text` are the type's own spelling."""

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text

    def db_type(self, connection: Any) -> str:
        return "text"

    def column_name(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    # -- sealing ---------------------------------------------------------------------

    def seal(self, value: Any, row: object) -> str:
        envelope = f"{self.column_name()}|{row}{_SEPARATOR}{self.to_text(value)}"
        return keys.crypter().encrypt(envelope.encode()).decode()

    def open(self, token: str, row: object, patient_id: object) -> Any:
        declared = getattr(self.model, "phi", None)
        if isinstance(declared, Phi):
            ledger = access_context.current().ledger
            ledger.note(declared.category, patient_id, self.model._meta.label, row, self.name)
        try:
            envelope = keys.crypter().decrypt(token.encode()).decode()
        except InvalidToken:
            raise PhiUnreadable(f"{self.column_name()}: cannot be opened with the configured keys") from None
        written_for, _, text = envelope.partition(_SEPARATOR)
        if written_for != f"{self.column_name()}|{row}":
            raise PhiUnreadable(f"{self.column_name()}: sealed for another row or column")
        return self.from_text(text)

    # -- Django's hooks ----------------------------------------------------------------

    def to_python(self, value: Any) -> Any:
        """Never decrypts: what a user typed stays what it is."""
        if value is None or isinstance(value, Sealed):
            return value
        return super(package.EncryptedMixin, self).to_python(value)

    def from_db_value(self, value: str | None, *args: Any) -> Sealed | None:
        return None if value is None else Sealed(value, self)

    def pre_save(self, model_instance: models.Model, add: bool) -> _ForRow | None:
        value = getattr(model_instance, self.attname)
        if value is None:
            return None
        row = model_instance.pk
        if isinstance(value, Sealed):
            return _ForRow(value.token_for(self, row))
        if hasattr(value, "resolve_expression"):
            raise SealedFieldMisuse(f"{self.column_name()}: an expression cannot be sealed")
        value = self.to_python(value)
        self.run_validators(value)
        return _ForRow(self.seal(value, row))

    def get_db_prep_save(self, value: Any, connection: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, _ForRow):
            return value.token
        raise SealedFieldMisuse(
            f"{self.column_name()}: update() and bulk_update() cannot seal a value for its row; use save()"
        )

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise SealedFieldMisuse(f"{self.column_name()}: sealed values cannot be searched; use a blind index")

    def get_transform(self, lookup_name: str) -> NoReturn:
        raise SealedFieldMisuse(f"{self.column_name()}: sealed values cannot be searched; use a blind index")

    def value_to_string(self, obj: models.Model) -> NoReturn:
        raise SealedFieldMisuse(f"{self.column_name()}: sealed values are never written to fixtures")

    def deconstruct(self) -> Any:
        return super(package.EncryptedMixin, self).deconstruct()

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = super().check(**kwargs)
        if self.unique or self.db_index or self.primary_key:
            found.append(
                checks.Error(
                    "A sealed field cannot be unique, indexed or a key: equal values look different.",
                    hint="Add a blind index column.",
                    obj=self,
                    id="clinic.E001",
                )
            )
        return found


class SealedTextField(SealedMixin, package.EncryptedTextField):
    pass


class SealedCharField(SealedMixin, package.EncryptedCharField):
    pass


class SealedEmailField(SealedMixin, package.EncryptedEmailField):
    pass


class SealedDateField(SealedMixin, package.EncryptedDateField):
    def to_text(self, value: date) -> str:
        return value.isoformat()

    def from_text(self, text: str) -> date:
        return date.fromisoformat(text)


class SealedDateTimeField(SealedMixin, package.EncryptedDateTimeField):
    """Aware date-times only; stored as ISO 8601 with offset."""

    def to_text(self, value: datetime) -> str:
        return value.isoformat()

    def from_text(self, text: str) -> datetime:
        return datetime.fromisoformat(text)


class SealedBooleanField(SealedMixin, package.EncryptedBooleanField):
    def to_text(self, value: bool) -> str:
        return "1" if value else "0"

    def from_text(self, text: str) -> bool:
        return text == "1"


class SealedIntegerField(SealedMixin, package.EncryptedTextField):
    """On the package's text field: its integer field reads its range from its own class name."""

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Sealed | int) else int(value)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.IntegerField, **kwargs})

    def from_text(self, text: str) -> int:
        return int(text)


class SealedDecimalField(SealedMixin, package.EncryptedTextField):
    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Sealed | Decimal) else Decimal(str(value))

    def from_text(self, text: str) -> Decimal:
        return Decimal(text)


class SealedJSONField(SealedMixin, package.EncryptedTextField):
    """Plain JSON values: objects, lists, strings, numbers, booleans, null."""

    empty_values = [None]

    def to_python(self, value: Any) -> Any:
        return value

    def to_text(self, value: Any) -> str:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    def from_text(self, text: str) -> Any:
        return json.loads(text)
