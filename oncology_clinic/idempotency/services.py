"""The same key and the same body: the same answer, and one effect, however often and however close together."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from oncology_clinic import access
from oncology_clinic.actors import Actor
from oncology_clinic.audit import context as access_context
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Refusal
from oncology_clinic.idempotency.models import IdempotencyRecord

KEPT_FOR = timedelta(days=7)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is plain JSON values."""

    status: int
    body: Any
    is_replay: bool = False


def once(act: Callable[[], Answer], *, actor: Actor, key: str, path: str, body: object, now: datetime) -> Answer:
    """Run `act` unless this account has used the key before; then give the answer of that time.

    The key and the act's effect commit together. A second request with the key waits for the first. What `act` raises
    takes the key back with it. The permission the act asked for is asked again before its answer is repeated.
    Raises 422 `bad_idempotency_key`, `idempotency_key_reused` (another body or path), 404 `not_found`.
    """
    if actor.account_id is None:
        raise ValueError("only a signed-in account has keys")
    if not _KEY.fullmatch(key):
        raise Refusal("bad_idempotency_key", _("An Idempotency-Key is 1 to 200 letters, digits and signs."))
    digest = digest_of(path, body)
    with transaction.atomic():
        record = IdempotencyRecord(
            account_id=actor.account_id, key=key, path=path[:200], body_digest=digest, created_at=now
        )
        try:
            with transaction.atomic():
                record.save(force_insert=True)
        except IntegrityError:
            return _replay(actor, account_id=actor.account_id, key=key, digest=digest, now=now)
        answer = act()
        _keep(record, answer, actor=actor)
    return answer


def _keep(record: IdempotencyRecord, answer: Answer, *, actor: Actor) -> None:
    """Keep the answer with the patient it is about. A refusal about no patient changed nothing: the key is free again."""
    patient_id, domain = _vouched_for(actor)
    if patient_id is None and answer.status < 400:
        raise ValueError("an act that honours keys asks whom it is for")
    if patient_id is None:
        record.delete()
        return
    record.patient_id, record.domain = patient_id, domain
    record.status_code, record.answer = answer.status, answer.body
    record.save(update_fields=["patient", "domain", "status_code", "answer"])


def _vouched_for(actor: Actor) -> tuple[UUID | None, str]:
    context = access_context.current_or_none()
    if context is None or context.vouched_for is None:
        return actor.patient_id, ""
    return context.vouched_for


def digest_of(path: str, body: object) -> str:
    """One digest for the same JSON, whatever the order of its keys."""
    text = json.dumps([path, body], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def forget(now: datetime) -> int:
    """Delete the answers nobody will ask for again; the number deleted."""
    deleted, _by_model = IdempotencyRecord.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    return int(deleted)


def _replay(actor: Actor, *, account_id: UUID, key: str, digest: str, now: datetime) -> Answer:
    """Whoever may no longer act for the patient gets no old answer either."""
    kept = IdempotencyRecord.objects.filter(account_id=account_id, key=key)
    patient_id, domain = kept.phi_values("patient_id", "domain", reason="may the asker act for them still?").get()
    if domain:
        access.check_can_act_for(actor, patient_id=patient_id, domain=access.Domain(domain), now=now)
    record = kept.get()
    if reveal(record.body_digest) != digest:
        raise Refusal("idempotency_key_reused", _("This Idempotency-Key was used for another request. Use a new one."))
    return Answer(status=record.status_code or 200, body=reveal(record.answer), is_replay=True)
