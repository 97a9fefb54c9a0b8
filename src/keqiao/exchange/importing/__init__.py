"""Bringing records in from tables: csv, spreadsheets, JSON lines. All rows or none; every bad row is named."""

from keqiao.exchange.importing.plan import Plan, RowProblem, plan
from keqiao.exchange.importing.reading import Table, Unreadable, read
from keqiao.exchange.importing.writing import write

__all__ = ["Plan", "RowProblem", "Table", "Unreadable", "plan", "read", "write"]
