"""Celery rings the bell: each task loads by id and calls one service; no patient data in arguments."""

import os
import sys
import time

from celery import Celery
from celery.signals import after_task_publish, beat_init, worker_init
from django.conf import settings

from oncology_clinic import probe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncology_clinic.settings.production")

app = Celery("oncology_clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def refuse_wrong_keys(**_: object) -> None:
    """Celery swallows what a signal raises, but not a process that ends."""
    from oncology_clinic import starting  # needs the apps
    from oncology_clinic.crypto.keys import KeysDoNotFit

    try:
        starting.refuse_wrong_keys()
    except KeysDoNotFit as error:
        sys.exit(str(error))


class _BeatsLife:
    """Beat's sign of life, at its start and then whenever it rings, at most every ten seconds."""

    is_beat = False
    noted_at = float("-inf")

    def begin(self, **_: object) -> None:
        self.is_beat = True
        self.note()

    def note(self, **_: object) -> None:
        if self.is_beat and time.monotonic() - self.noted_at > 10:
            self.noted_at = time.monotonic()
            probe.note_beat(settings.REDIS_URL)


worker_init.connect(refuse_wrong_keys)
beat_init.connect(refuse_wrong_keys)

_beats_life = _BeatsLife()
beat_init.connect(_beats_life.begin)
after_task_publish.connect(_beats_life.note)
