"""What columns are called in the tables that people have, in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

SHARED = {
    "id": "_id id 编号 序号 项目编号 需求编号 成果编号",
    "title": "title 标题 名称 题目 项目名称 需求名称 需求标题 技术需求名称 难题名称 成果名称 成果标题 技术名称 name",
    "title_en": "title_en 英文标题 英文名称 englishtitle",
    "source_language": "source_language 原文语言 语言 language",
    "organisation": "organisation organization 单位 单位名称 企业 企业名称 公司 公司名称 所属单位 需求单位 完成单位 "
    "高校 院所 company",
    "fields": "fields field 技术领域 所属领域 领域 行业 所属行业 产业领域 industry",
    "region": "region 地区 所在地区 区域 城市 所在地 省市 city province",
    "cooperation_modes": "cooperation_modes 合作方式 合作模式 转化方式 拟合作方式 cooperation",
    "node": "node 节点 所属节点",
    "staff_note": "staff_note 内部备注",
}
NEED = {
    "kind": "kind 类型 需求类型 需求类别 type",
    "problem": "problem text 问题 需求描述 需求内容 问题描述 技术难题 难题描述 要解决的问题 主要内容 需求详情 内容 "
    "描述 description",
    "problem_en": "problem_en 英文描述 englishdescription",
    "current_state": "current_state 现状 现有基础 目前状况 技术现状 工作基础 currentstate",
    "targets": "targets 指标 技术指标 目标指标 考核指标 主要指标 指标要求 预期目标 target",
    "background": "background 背景 单位背景 企业简介 单位简介 公司简介",
    "budget_minimum": "budget_minimum 预算下限 最低预算",
    "budget_maximum": "budget_maximum 预算 预算上限 拟投入 拟投入资金 投入金额 经费预算 资金预算 预算金额 budget",
    "deadline": "deadline 截止时间 截止日期 期限 有效期 完成时限",
}
ACHIEVEMENT = {
    "summary": "summary text abstract 简介 成果简介 摘要 技术简介 成果描述 主要内容 内容 描述 description",
    "summary_en": "summary_en 英文简介 英文摘要",
    "advantages": "advantages 优势 技术优势 创新点 先进性 与现有方案相比",
    "applications": "applications 应用 应用领域 应用场景 应用前景 可以用在哪里",
    "specifications": "specifications 指标 技术指标 主要指标 性能指标 指标表 参数",
    "intellectual_property": "intellectual_property 知识产权 知识产权状况 专利状态 ip",
    "intellectual_property_note": "intellectual_property_note 专利号 专利 知识产权编号 patent",
    "maturity": "maturity trl 技术就绪度 成熟度 技术成熟度 就绪度",
    "maturity_evidence": "maturity_evidence 就绪度依据 成熟度依据",
    "maturity_assessor": "maturity_assessor 评估人 评估机构",
    "maturity_date": "maturity_date 评估日期",
    "price_idea": "price_idea 价格 价格设想 转让价格 报价 price",
    "details": "details 保密细节 保密内容",
}
PARTY = {
    "id": "_id id 编号 序号",
    "name": "name 名称 单位名称 企业名称 公司名称 机构名称 单位全称 organisation organization company",
    "name_en": "name_en 英文名称",
    "kind": "kind 类型 单位类型 机构类型 type",
    "credit_code": "credit_code 统一社会信用代码 信用代码 社会信用代码 uscc code",
    "node": "node 节点 所属节点",
    "region": "region 地区 所在地区 城市 所在地 区域",
    "industry": "industry 行业 所属行业",
    "website": "website 网站 网址 官网",
    "introduction": "introduction 简介 单位简介 企业简介 公司简介 介绍 text",
}
BY_KIND: dict[str, dict[str, str]] = {"needs": SHARED | NEED, "achievements": SHARED | ACHIEVEMENT, "parties": PARTY}


def plain(name: str) -> str:
    """A column name without its remarks, signs and case: `预算（万元）*` → `预算`."""
    text = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"\(.*?\)|[\s*:：/·-]", "", text)


ALL = {plain(word) for table in BY_KIND.values() for words in table.values() for word in words.split()}


def known(name: str) -> bool:
    """Whether some table of some kind calls a column like this."""
    return bool(name.strip()) and plain(name) in ALL


def mapping(columns: list[str], kind: str, own: Mapping[str, str]) -> dict[str, str]:
    """Column → field: what the person said, else what the name means; the first column of a meaning wins."""
    meaning = {plain(word): field for field, words in BY_KIND[kind].items() for word in words.split()}
    chosen = {column: own[column] for column in columns if column in own}
    for column in columns:
        found = meaning.get(plain(column))
        if column not in chosen and found and found not in chosen.values():
            chosen[column] = found
    return chosen


def unit_in(column: str) -> str:
    """The unit that a column name gives its amounts: `预算（万元）`."""
    match = re.search(r"[(（]\s*(万元|亿元|元)\s*[)）]", unicodedata.normalize("NFKC", column))
    return match[1] if match else ""
