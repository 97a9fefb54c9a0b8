"""The accounts of the made-up world. They exist only where it was loaded; their password is no secret."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "keqiao-demo"  # noqa: S105 (printed at every start of the demo)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody a visitor can be."""

    key: str
    title: str
    name: str
    email: str
    password: str = PASSWORD


ACCOUNTS = (
    Account("owner", "企业研发经理 R&D manager", "林望舒", "owner@demo.example"),
    Account("colleague", "同一企业的同事 colleague", "周知远", "colleague@demo.example"),
    Account("competitor", "另一家企业 another company", "何景行", "company@demo.example"),
    Account("professor", "大学教授 professor", "沈未迟", "professor@demo.example"),
    Account("manager", "技术经理人 technology manager", "唐牧之", "manager@demo.example"),
    Account("operator", "武汉节点运营 operator, Wuhan", "江以安", "operator@demo.example"),
    Account("other_operator", "宜昌节点运营 operator, Yichang", "向清和", "yichang@demo.example"),
    Account("centre_operator", "中心运营 operator, centre", "严守一", "centre@demo.example"),
    Account("auditor", "审计 auditor", "郑明鉴", "auditor@demo.example"),
)
BY_KEY = {account.key: account for account in ACCOUNTS}
