"""The door for the web server. Pages and the API are served by WSGI (docs/decisions/0002)."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from oncology_clinic import proxies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncology_clinic.settings.production")
application = proxies.behind(getattr(settings, "TRUSTED_PROXIES", 0), get_wsgi_application())

from oncology_clinic import starting  # noqa: E402  (needs the apps)

starting.refuse_wrong_keys()
