"""The problem that `inversion.discover` solves."""
