"""Bringing records in from tables: csv, spreadsheets, JSON lines. All rows or none; every bad row is named."""

from keqiao.exchange.importing.plan import Plan, RowProblem, called, plan
from keqiao.exchange.importing.reading import read
from keqiao.exchange.importing.table import Table, Unreadable
from keqiao.exchange.importing.writing import alone, write

__all__ = ["Plan", "RowProblem", "Table", "Unreadable", "alone", "called", "plan", "read", "write"]
