"""Letters as files, for the demo and the tests: one file a key, there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from oncology_clinic.outbox.channels import mail
from oncology_clinic.outbox.delivery import DeliveryFailed, Letter


class MailFiles:
    """`MAIL_DIR/<key>.eml`."""

    def send(self, letter: Letter) -> None:
        _write_once(
            Path(settings.MAIL_DIR) / f"{letter.idempotency_key}.eml", mail.message(letter).message().as_bytes()
        )


class SmsFiles:
    """`SMS_DIR/<key>.txt`: the number, an empty line, the text."""

    def send(self, letter: Letter) -> None:
        text = f"To: {letter.to}\n\n{letter.body}\n"
        _write_once(Path(settings.SMS_DIR) / f"{letter.idempotency_key}.txt", text.encode())


def _write_once(path: Path, content: bytes) -> None:
    """Write beside the place and link into it: a killed process leaves no half file, a second try no second one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            with suppress(FileExistsError):
                os.link(name, path)
        finally:
            os.unlink(name)
    except OSError:
        raise DeliveryFailed("not_written") from None
