"""The floor, served by the same program as the clinic."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.floor.settings"

from django.core.wsgi import get_wsgi_application

from tests.bench.counting import counted

application = counted(get_wsgi_application())
