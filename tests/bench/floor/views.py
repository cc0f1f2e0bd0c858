"""The same two answers with nothing around them: no rules, no licence, no permission, no log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework import generics, serializers

from tests.bench.floor.models import FloorAppointment

ZONE = ZoneInfo("America/New_York")
STRETCHES = ((time(9), time(12)), (time(13), time(17)))
STEP, LENGTH = timedelta(minutes=15), timedelta(minutes=20)
TAKEN = """
    SELECT starts_at, ends_at FROM public.visits_appointment
     WHERE clinician_id = %s AND starts_at >= %s AND starts_at < %s
       AND status IN ('held', 'requested', 'booked', 'checked_in', 'in_progress')
     ORDER BY starts_at
"""


def slots(request: HttpRequest) -> HttpResponse:
    """The free starts of one clinician from one day through another: one plain SQL query."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    clinician, first, last = request.GET["clinician"], request.GET["from"], request.GET["to"]
    begin = datetime.combine(date.fromisoformat(first), time(0), tzinfo=ZONE)
    end = datetime.combine(date.fromisoformat(last) + timedelta(days=1), time(0), tzinfo=ZONE)
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [clinician, begin, end])
        taken = cursor.fetchall()
    found = []
    day = begin.date()
    while day <= date.fromisoformat(last):
        if day.weekday() < 5:
            for opens, closes in STRETCHES:
                at, until = datetime.combine(day, opens, tzinfo=ZONE), datetime.combine(day, closes, tzinfo=ZONE)
                while at + LENGTH <= until:
                    if not any(starts < at + LENGTH and ends > at for starts, ends in taken):
                        found.append(
                            {"start": at.isoformat(), "end": (at + LENGTH).isoformat(), "clinician": clinician}
                        )
                    at += STEP
        day += timedelta(days=1)
    return JsonResponse(found, safe=False)


class AppointmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = FloorAppointment
        fields = ["id", "patient", "clinician", "service", "status", "starts_at", "ends_at"]


class Book(generics.CreateAPIView):
    """A bare DRF insert: serializer in, ORM create under the exclusion constraint, serializer out."""

    queryset = FloorAppointment.objects.all()
    serializer_class = AppointmentSerializer
