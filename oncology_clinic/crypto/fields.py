"""Sealed fields: django-encrypted-model-fields, guarded.

The package encrypts and rotates keys well, and has faults that lose or leak data; each
guard here answers one of them (docs/decisions/0003-sealed-fields.md). A value comes out
of the database as an opaque `Sealed`; `reveal()` opens it, inside an access context.
Each ciphertext carries the table, column and row it was written for.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn
from uuid import UUID

from cryptography.fernet import InvalidToken
from django import forms
from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
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
    """A value still sealed. It has no text: not in pages, logs, JSON or pickles; and it is equal to nothing.

    Ask `value is None` for presence; `reveal(value)` for everything else. Questions that
    would need the value (`==` with a text, `if value:`) raise instead of answering wrongly.
    """

    __slots__ = ("_field", "_patient_id", "_row", "_token")

    def __init__(self, token: str, field: SealedMixin) -> None:
        self._token = token
        self._field = field
        self._row: object = None
        self._patient_id: UUID | None = None

    def bind(self, row: object, patient_id: UUID | None) -> None:
        self._row, self._patient_id = row, patient_id

    def reveal(self) -> Any:
        """The plain value. Raises `PhiUnreadable`, `NoAccessContext`; noted in the ledger."""
        return self._field.open(self._token, self._row, self._patient_id)

    def token_for(self, field: SealedMixin, row: object) -> str:
        if field.column_name() != self._field.column_name() or row is None or str(row) != str(self._row):
            raise SealedFieldMisuse("reveal a sealed value before storing it in another row or column")
        return self._token

    def __str__(self) -> str:
        return "[sealed]"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return "[sealed]"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sealed):
            return self is other
        if other is None or (isinstance(other, str | list | tuple | dict) and not other):
            return False  # Django asks whether a value is "empty" this way
        raise SealedFieldMisuse("a sealed value cannot be compared; reveal it first")

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise SealedFieldMisuse("a sealed value is neither true nor false; ask `is None`, or reveal it first")

    def __copy__(self) -> Sealed:
        return self

    def __deepcopy__(self, memo: object) -> Sealed:
        return self

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


class SealedMixin(package.EncryptedMixin):  # type: ignore[misc]
    """What all sealed fields share. `to_text` and `from_text` are the type's own spelling."""

    if TYPE_CHECKING:  # an attribute holds a `Sealed`, or the plain value that was just assigned
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __set__(self, instance: Any, value: Any) -> None: ...

    form_class: ClassVar[type[forms.Field] | None] = None  # where it is not the one of the column's type

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text

    def db_type(self, connection: Any) -> str:
        return "text"

    def column_name(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    # -- sealing ---------------------------------------------------------------------

    def written_for(self, row: object) -> str:
        """What is sealed in with the value: ciphertext moved to another row or column does not open."""
        return f"{self.column_name()}|{self.model._meta.pk.to_python(row)}"

    def seal(self, value: Any, row: object) -> str:
        if row is None:
            raise SealedFieldMisuse(f"{self.column_name()}: a row needs its key before a value is sealed for it")
        envelope = f"{self.written_for(row)}{_SEPARATOR}{self.to_text(value)}"
        return keys.crypter().encrypt(envelope.encode()).decode()

    def open(self, token: str, row: object, patient_id: UUID | None) -> Any:
        declared = getattr(self.model, "phi", None)
        if isinstance(declared, Phi):
            if patient_id is None and row is not None:
                raise SealedFieldMisuse(f"{self.column_name()}: load the patient's column with it, for the audit log")
            ledger = access_context.current().ledger
            ledger.note(declared.category, patient_id, self.model._meta.label, row, self.name)
        return self.from_text(self.unseal(token, row))

    def unseal(self, token: str, row: object) -> str:
        """The text inside. Raises `PhiUnreadable` unless it was sealed for this row and column, with our keys."""
        try:
            envelope = keys.crypter().decrypt(token.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise PhiUnreadable(f"{self.column_name()}: cannot be opened with the configured keys") from None
        written_for, separator, text = envelope.partition(_SEPARATOR)
        if row is None or not separator or written_for != self.written_for(row):
            raise PhiUnreadable(f"{self.column_name()}: sealed for another row or column")
        return text

    # -- Django's hooks ----------------------------------------------------------------

    def to_python(self, value: Any) -> Any:
        """Never decrypts: what a user typed stays what it is."""
        if value is None or isinstance(value, Sealed):
            return value
        return super(package.EncryptedMixin, self).to_python(value)

    def clean(self, value: Any, model_instance: Any) -> Any:
        """A value still sealed was checked when it was sealed."""
        return value if isinstance(value, Sealed) else super().clean(value, model_instance)

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
            f"{self.column_name()}: update(), bulk_update(), defaults and fixtures cannot seal a value for its row; "
            "use save() or bulk_create()"
        )

    def get_prep_value(self, value: Any) -> Any:
        """Only queries ask this, and a value in a query would reach the server, and its logs, in clear."""
        if value is None or isinstance(value, _ForRow):
            return value
        raise SealedFieldMisuse(f"{self.column_name()}: sealed values cannot be searched; use a blind index")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return self.get_prep_value(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise SealedFieldMisuse(f"{self.column_name()}: sealed values cannot be searched; use a blind index")

    def get_transform(self, lookup_name: str) -> NoReturn:
        raise SealedFieldMisuse(f"{self.column_name()}: sealed values cannot be searched; use a blind index")

    def value_to_string(self, obj: models.Model) -> str:
        """For fixtures (`dumpdata`): refused; with SEALED_DUMP_ALLOWED the ciphertext, never the value."""
        value = self.value_from_object(obj)
        if getattr(settings, "SEALED_DUMP_ALLOWED", False) and isinstance(value, Sealed):
            return value.token_for(self, obj.pk)
        raise SealedFieldMisuse(
            f"{self.column_name()}: sealed values are not written to fixtures; back up with pg_dump, "
            "or set SEALED_DUMP_ALLOWED to write the ciphertext"
        )

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        if self.form_class is None:
            made = super().formfield(*args, **kwargs)
        else:
            made = models.Field.formfield(self, *args, **{"form_class": self.form_class, **kwargs})
        if made is not None:
            made.__class__ = _revealing(type(made))  # type: ignore[arg-type]
        return made

    def deconstruct(self) -> Any:
        return super(package.EncryptedMixin, self).deconstruct()

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_not_indexed(), *self._check_no_automatic_value()]

    def _check_not_indexed(self) -> list[checks.CheckMessage]:
        if not (self.unique or self.db_index or self.primary_key):
            return []
        return [
            checks.Error(
                "A sealed field cannot be unique, indexed or a key: equal values look different.",
                hint="Add a blind index column.",
                obj=self,
                id="clinic.E001",
            )
        ]

    def _check_no_automatic_value(self) -> list[checks.CheckMessage]:
        if not (getattr(self, "auto_now", False) or getattr(self, "auto_now_add", False) or self.has_db_default()):
            return []
        return [
            checks.Error(
                "A sealed field cannot have a value made by Django or the database: it would not be sealed.",
                obj=self,
                id="clinic.E002",
            )
        ]


class _RevealingFormField:
    """A form field over a sealed one: shows the value (noted in the ledger) and compares with it, not with `[sealed]`."""

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(reveal(value))  # type: ignore[misc]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(reveal(initial), data)  # type: ignore[misc,no-any-return]


@cache
def _revealing(form_class: type[forms.Field]) -> type[forms.Field]:
    return type(form_class.__name__, (_RevealingFormField, form_class), {})


class SealedTextField(SealedMixin, package.EncryptedTextField):  # type: ignore[misc]
    pass


class SealedCharField(SealedMixin, package.EncryptedCharField):  # type: ignore[misc]
    pass


class SealedEmailField(SealedMixin, package.EncryptedEmailField):  # type: ignore[misc]
    pass


class SealedDateField(SealedMixin, package.EncryptedDateField):  # type: ignore[misc]
    def to_text(self, value: date) -> str:
        return value.isoformat()

    def from_text(self, text: str) -> date:
        return date.fromisoformat(text)


class SealedDateTimeField(SealedMixin, package.EncryptedDateTimeField):  # type: ignore[misc]
    """Aware date-times only; stored as ISO 8601 with offset."""

    def to_text(self, value: datetime) -> str:
        if value.tzinfo is None:
            raise SealedFieldMisuse(f"{self.column_name()}: a time without its zone")
        return value.isoformat()

    def from_text(self, text: str) -> datetime:
        return datetime.fromisoformat(text)


class SealedBooleanField(SealedMixin, package.EncryptedBooleanField):  # type: ignore[misc]
    def to_text(self, value: bool) -> str:
        return "1" if value else "0"

    def from_text(self, text: str) -> bool:
        return text == "1"


class SealedIntegerField(SealedMixin, package.EncryptedTextField):  # type: ignore[misc]
    """On the package's text field: its integer field reads its range from its own class name."""

    form_class = forms.IntegerField

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed | int):
            return value
        try:
            return int(str(value))
        except ValueError:
            raise ValidationError("A whole number is needed.", code="invalid") from None

    def to_text(self, value: Any) -> str:
        return str(int(value))

    def from_text(self, text: str) -> int:
        return int(text)


class SealedDecimalField(SealedMixin, package.EncryptedTextField):  # type: ignore[misc]
    form_class = forms.DecimalField

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed | Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation:
            raise ValidationError("A number is needed.", code="invalid") from None

    def from_text(self, text: str) -> Decimal:
        return Decimal(text)


class SealedJSONField(SealedMixin, package.EncryptedTextField):  # type: ignore[misc]
    """Plain JSON values: objects, lists, strings, numbers, booleans, null."""

    empty_values = [None]
    form_class = forms.JSONField

    def to_python(self, value: Any) -> Any:
        return value

    def to_text(self, value: Any) -> str:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    def from_text(self, text: str) -> Any:
        return json.loads(text)
