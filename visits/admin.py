"""Configuration rows only: places, working times, licences. Nothing about a patient is ever registered here."""

from __future__ import annotations

from django.contrib import admin

from visits.models import ClinicianHours, ClinicianLeave, PracticeAuthority, Room, Site


class RoomInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Room
    extra = 0


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "code", "state", "time_zone", "is_active"]
    inlines = [RoomInline]


@admin.register(ClinicianHours)
class ClinicianHoursAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["clinician", "weekday", "starts", "ends", "site"]
    list_filter = ["weekday", "site", "clinician"]
    list_select_related = ["clinician", "site"]


@admin.register(ClinicianLeave)
class ClinicianLeaveAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["clinician", "starts_at", "ends_at"]
    list_filter = ["clinician"]
    list_select_related = ["clinician"]


@admin.register(PracticeAuthority)
class PracticeAuthorityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["clinician", "jurisdiction", "profession", "kind", "status", "valid_from", "valid_to"]
    list_filter = ["jurisdiction", "status", "kind"]
    list_select_related = ["clinician"]
