"""The one exception that is written for the user rather than for the programmer."""


class StudioError(Exception):
    """A sentence for the user: what happened, and what to do next."""
