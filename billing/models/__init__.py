"""What billing stores. Django finds a room's models here."""

from billing.models.checks import CoverageCheck
from billing.models.plans import Plan, PlanMembership
from billing.models.rules import CoverageRule, RuleBookStamp

__all__ = ["CoverageCheck", "CoverageRule", "Plan", "PlanMembership", "RuleBookStamp"]
