from django.apps import AppConfig


class CaregiversConfig(AppConfig):
    name = "caregivers"

    def ready(self) -> None:
        from caregivers import policies, selectors
        from caregivers.services import joining
        from oncology_clinic import access
        from oncology_clinic.accounts import persons
        from oncology_clinic.actors import Role

        access.register(policies.has_grant, among=policies.granted_among)
        persons.register(Role.caregiver, persons.PersonKind(find=selectors.caregiver_id_of, join=joining.join))
