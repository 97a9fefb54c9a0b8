"""Keqiao 科桥: an open technology-transfer platform."""

__version__ = "0.1.0"
