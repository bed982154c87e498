"""LesionStudio: draw and correct masks with a network that learns while you work."""

__version__ = "0.1.0"
