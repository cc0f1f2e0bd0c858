"""The shapes of the API, for its OpenAPI description. Nothing is checked here: the form does."""

from __future__ import annotations

from rest_framework import serializers

from billing.rules.model import Eligibility, Modality, PayerType, Relation, Site, Status


class PriorAuthSchema(serializers.Serializer):  # type: ignore[type-arg]
    service = serializers.CharField()
    to = serializers.DateField(required=False, allow_null=True, help_text="Its last day; absent: open-ended.")

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        first = serializers.DateField(help_text="Its first day.")
        return {**super().get_fields(), "from": first}


class CoverageQuestionSchema(serializers.Serializer):  # type: ignore[type-arg]
    service = serializers.CharField(help_text="A service's slug, as services/ names it.")
    modality = serializers.ChoiceField(choices=[str(one) for one in Modality])
    dos = serializers.DateField(help_text="Date of service: it selects the plan and the rules.")
    patient = serializers.UUIDField(required=False, help_text="Whom you act for, if not for yourself.")
    patient_location = serializers.CharField(required=False, help_text="The state the patient will be in.")
    site = serializers.ChoiceField(choices=[str(one) for one in Site], required=False)
    provider_type = serializers.CharField(required=False)
    relation = serializers.ChoiceField(choices=[str(one) for one in Relation], required=False)
    facts = serializers.DictField(child=serializers.BooleanField(), required=False)
    prior_auth = PriorAuthSchema(required=False)
    elig271 = serializers.ChoiceField(choices=[str(one) for one in Eligibility], required=False)
    payer_type = serializers.ChoiceField(
        choices=[str(one) for one in PayerType],
        required=False,
        help_text="This and the next four: only where no plan is on file.",
    )
    payer = serializers.CharField(required=False)
    plan = serializers.CharField(required=False)
    policy_situs = serializers.CharField(required=False)
    program_state = serializers.CharField(required=False)
    today = serializers.DateField(required=False, help_text="Has no say: the server knows the day.")


class CoverageSourceSchema(serializers.Serializer):  # type: ignore[type-arg]
    title = serializers.CharField()
    url = serializers.CharField(allow_blank=True)
    published = serializers.CharField(allow_blank=True)
    read_on = serializers.DateField(allow_null=True)
    confidence = serializers.CharField(allow_blank=True)
    review_due = serializers.DateField(allow_null=True)


class CoverageLoserSchema(serializers.Serializer):  # type: ignore[type-arg]
    rule = serializers.CharField()
    version = serializers.IntegerField()
    why = serializers.ChoiceField(choices=["less_specific", "older", "same_answer", "conflicts"])


class CoveragePlanSchema(serializers.Serializer):  # type: ignore[type-arg]
    name = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)


class CoverageAnswerSchema(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField(help_text="The kept answer.")
    status = serializers.ChoiceField(choices=[str(one) for one in Status])
    rule = serializers.CharField(allow_null=True)
    rule_version = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    explanation = serializers.ListField(child=serializers.CharField(), help_text="Plain sentences, in order.")
    headline = serializers.CharField()
    meaning = serializers.CharField()
    cost = serializers.CharField()
    cost_share = serializers.CharField()
    payment_parity = serializers.CharField()
    pos_hint = serializers.CharField(allow_blank=True)
    modifier_hint = serializers.CharField(allow_blank=True)
    missing_facts = serializers.ListField(child=serializers.CharField())
    losers = CoverageLoserSchema(many=True)
    source = CoverageSourceSchema(allow_null=True)  # type: ignore[assignment]
    plan = CoveragePlanSchema(allow_null=True)
    calls = serializers.ListField(child=serializers.CharField(), help_text="Whom to call.")
    no_guarantee = serializers.CharField()
    today = serializers.DateField()
    dos = serializers.DateField()


class CoverageRefusalSchema(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    detail = serializers.CharField()
