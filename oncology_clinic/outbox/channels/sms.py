"""SMS through a provider's HTTP interface: one JSON POST with an idempotency key."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request

from django.conf import settings

from oncology_clinic.outbox.delivery import DeliveryFailed, Letter

TIMEOUT_SECONDS = 10


class HttpSms:
    """Posts `{"to", "text"}` to `SMS_URL` with `SMS_TOKEN`. A provider with other words gets a class of its own,
    named in `DELIVERY_CHANNELS["sms"]`."""

    def send(self, letter: Letter) -> None:
        request = urllib.request.Request(
            settings.SMS_URL,
            data=json.dumps({"to": letter.to, "text": letter.body}).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.SMS_TOKEN}",
                "Idempotency-Key": letter.idempotency_key,
            },
        )
        try:
            urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()
        except urllib.error.HTTPError as error:
            raise DeliveryFailed("sms_refused" if error.code < 500 else "sms_unreachable") from None
        except (OSError, http.client.HTTPException):
            raise DeliveryFailed("sms_unreachable") from None
