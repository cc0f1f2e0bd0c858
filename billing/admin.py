"""Rules and plans in the stock admin, for verified administrators. No member of a plan is ever registered here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing import policies
from billing.models import CoverageRule, Plan
from billing.models.rules import DIMENSIONS
from billing.rules.model import RuleStatus
from billing.services import plans, rules_desk
from oncology_clinic.actors import Actor
from oncology_clinic.errors import Refusal
from oncology_clinic.pages import actor_of

Act = Callable[..., CoverageRule]


class AdministratorsOnly:
    """The stock admin asks these; only a verified administrator passes."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return policies.can_change_rules(actor_of(request))

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return policies.can_change_rules(actor_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return policies.can_change_rules(actor_of(request))

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return policies.can_change_rules(actor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Says at once, in a sentence, what the rules would not understand."""

    source_url = forms.URLField(required=False, max_length=400, assume_scheme="https")

    class Meta:
        model = CoverageRule
        exclude = ["status", "version"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors or self.instance.status != RuleStatus.draft:
            return cleaned
        given = {name: value for name, value in cleaned.items() if name in _COLUMNS}
        draft = CoverageRule(**{"code": self.instance.code, **given})  # the code of a new version is not asked for
        try:
            rules_desk.check_readable(draft)
        except Refusal as refusal:
            raise ValidationError(str(refusal.sentence), code=refusal.code) from None
        return cleaned


_COLUMNS = frozenset(field.name for field in CoverageRule._meta.fields)


@admin.register(CoverageRule)
class CoverageRuleAdmin(AdministratorsOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Drafts are edited; a published row only gets its last day. Publish, retire and new version are actions."""

    form = RuleForm
    list_display = ["code", "version", "status", "kind", "decision", "valid_from", "valid_to", "review_due"]
    list_filter = ["status", "kind", "decision", "confidence"]
    search_fields = ["code", "note", "source_title"]
    ordering = ["code", "version"]
    actions = ["publish", "retire", "new_version"]
    fieldsets = [
        (None, {"fields": ["code", "kind", "decision", "valid_from", "valid_to"]}),
        (_("Where it holds"), {"fields": [*DIMENSIONS, "basis", "conditions"]}),
        (_("What it means"), {"fields": ["cost_share", "payment_parity", "pos_hint", "modifier_hint", "note"]}),
        (_("Source"), {"fields": ["source_title", "source_url", "source_date", "retrieved_on", "confidence"]}),
        (_("Review"), {"fields": ["reviewed_by", "reviewed_on", "review_due"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: CoverageRule | None = None) -> list[str]:
        if obj is None:
            return []
        if obj.status == RuleStatus.draft:
            return ["code"] if obj.supersedes_id else []
        kept = [name for _title, options in self.fieldsets for name in options["fields"]]
        return [str(name) for name in kept if obj.status == RuleStatus.retired or name != "valid_to"]

    def save_model(self, request: HttpRequest, obj: CoverageRule, form: Any, change: bool) -> None:
        actor, now = actor_of(request), timezone.now()
        try:
            if obj.status == RuleStatus.draft:
                rules_desk.save_draft(obj, actor=actor, now=now)
            elif "valid_to" in form.changed_data and obj.valid_to is not None:
                rules_desk.close(obj.id, last_day=obj.valid_to, actor=actor, now=now)
        except Refusal as refusal:
            self.message_user(request, str(refusal.sentence), messages.ERROR)

    @admin.action(description=_("Publish: let these drafts answer"))
    def publish(self, request: HttpRequest, queryset: QuerySet[CoverageRule]) -> None:
        for rule in queryset.order_by("code", "version"):
            if rules_desk.is_reviewed_by_author(rule):
                warning = _("%(rule)s: its author is also its reviewer. Let somebody else look at it.")
                self.message_user(request, warning % {"rule": rule}, messages.WARNING)
            self._act(request, rules_desk.publish, rule)

    @admin.action(description=_("Retire: let these rules answer no more"))
    def retire(self, request: HttpRequest, queryset: QuerySet[CoverageRule]) -> None:
        for rule in queryset.order_by("code", "version"):
            self._act(request, rules_desk.retire, rule)

    @admin.action(description=_("Make a new version to edit"))
    def new_version(self, request: HttpRequest, queryset: QuerySet[CoverageRule]) -> None:
        for rule in queryset.order_by("code", "version"):
            self._act(request, rules_desk.supersede, rule)

    def _act(self, request: HttpRequest, act: Act, rule: CoverageRule) -> None:
        actor: Actor = actor_of(request)
        rule_id: UUID = rule.id
        try:
            done = act(rule_id, actor=actor, now=timezone.now())
        except Refusal as refusal:
            self.message_user(request, f"{rule}: {refusal.sentence}", messages.ERROR)
        else:
            self.message_user(request, f"{done}: {done.get_status_display()}", messages.SUCCESS)


@admin.register(Plan)
class PlanAdmin(AdministratorsOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "payer", "code", "payer_type", "phone", "is_active"]
    list_filter = ["payer_type", "is_active"]
    search_fields = ["name", "payer", "code"]

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        plans.save(obj, actor=actor_of(request), now=timezone.now())
