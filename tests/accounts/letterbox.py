"""The letters the outbox writes, read as their readers do."""

from __future__ import annotations

from unittest import mock

from oncology_clinic.outbox import delivery, services
from oncology_clinic.outbox.delivery import Letter
from tests.accounts import factories


def letters_sent() -> list[Letter]:
    """Let the outbox work, and give what it handed to the channel."""
    sent: list[Letter] = []

    class Box:
        def send(self, letter: Letter) -> None:
            sent.append(letter)

    with mock.patch.object(delivery, "import_string", return_value=Box):
        services.relay(factories.now(), limit=50)
    return sent
