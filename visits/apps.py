from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "visits"

    def ready(self) -> None:
        from oncology_clinic import access
        from visits import handlers, notices
        from visits.selectors import care_teams

        access.register(care_teams.takes_part, among=care_teams.those_of)
        handlers.subscribe()
        notices.subscribe()
