"""The door for the web server. Pages and the API are served by WSGI (docs/decisions/0002)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncology_clinic.settings.production")
application = get_wsgi_application()
