from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from alerts.signals import cases_changed, operations_changed, presence_changed, walls_changed
        from dashboard import doorbell
        from hospital.signals import service_changed
        from listening.signals import mentions_stored

        mentions_stored.connect(doorbell.ring_for_mentions, dispatch_uid="wall")
        walls_changed.connect(doorbell.ring_for_mentions, dispatch_uid="cards")
        cases_changed.connect(doorbell.ring_for_cases, dispatch_uid="wall")
        service_changed.connect(doorbell.ring_for_services, dispatch_uid="operations")
        presence_changed.connect(doorbell.ring_for_presence, dispatch_uid="desks")
        operations_changed.connect(doorbell.ring_for_operations, dispatch_uid="join")
