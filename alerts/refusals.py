"""A move that is not allowed now."""


class Refused(Exception):
    """Why, in one plain sentence for whoever tried. Nothing was changed."""
