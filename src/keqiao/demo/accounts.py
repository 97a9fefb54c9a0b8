"""The accounts of the made-up world. They exist only where it was loaded; their password is no secret."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "keqiao-demo"  # noqa: S105 (printed at every start of the demo)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody a visitor can be. `position` is their title on the platform, `purpose` what they came for."""

    key: str
    title: str
    name: str
    name_en: str
    position: str
    purpose: str
    email: str
    password: str = PASSWORD


ACCOUNTS = (
    Account("owner", "企业研发经理 R&D manager", "林望舒", "Wangshu Lin", "研发经理", "ask", "owner@demo.example"),
    Account(
        "colleague", "同一企业的同事 colleague", "周知远", "Zhiyuan Zhou", "工艺主管", "ask", "colleague@demo.example"
    ),
    Account(
        "competitor", "另一家企业 another company", "何景行", "Jingxing He", "总工程师", "ask", "company@demo.example"
    ),
    Account("professor", "大学教授 professor", "沈未迟", "Weichi Shen", "教授", "offer", "professor@demo.example"),
    Account(
        "manager", "技术经理人 technology manager", "唐牧之", "Muzhi Tang", "高级技术经理人", "broker",
        "manager@demo.example",
    ),
    Account(
        "operator", "武汉节点运营 operator, Wuhan", "江以安", "Yian Jiang", "节点运营专员", "look",
        "operator@demo.example",
    ),
    Account(
        "other_operator", "宜昌节点运营 operator, Yichang", "向清和", "Qinghe Xiang", "节点运营专员", "look",
        "yichang@demo.example",
    ),
    Account(
        "centre_operator", "中心运营 operator, centre", "严守一", "Shouyi Yan", "中心运营主管", "look",
        "centre@demo.example",
    ),
    Account("auditor", "审计 auditor", "郑明鉴", "Mingjian Zheng", "审计专员", "look", "auditor@demo.example"),
)  # fmt: skip
BY_KEY = {account.key: account for account in ACCOUNTS}
