from dashboard.models.screen import BreakIn, Screen

__all__ = ["BreakIn", "Screen"]
