"""The words by which the coach reads a pasted text. Data only: anybody can see why it said what it said.

Words are separated by spaces; a middle dot stands for a space within a word.
"""

from __future__ import annotations

import re


def listed(text: str) -> tuple[str, ...]:
    """The words of a list."""
    return tuple(word.replace("·", " ") for word in text.split())


# A clause with one of these says what is wanted; with one of the next list, how things are.
WISH = listed(
    """
    希望 需要 急需 亟需 寻求 寻找 求购 征集 拟 计划 要求 目标 指标 达到 实现 提高到 提升到 提升至 降低到
    降至 解决 攻克 突破 想要 想找 招聘 诚聘 融资 租赁 期望 力争 不低于 不高于 不大于 不小于 不超过
    should need require want seek looking·for target at·least at·most must aim
    急求 求购 求助 想买 想做 想提高 想把 目標 seeking looking
    要降到 需降到 要降至 需降至 要提到 需提到 要提高 需提高
    要达到 需达到 帮忙找 整改到
    """
)
PRESENT = listed(
    """
    目前 现有 现在 当前 现阶段 多在 外购 存在 仅为 仅能 只能 只有 不足 偏低 偏高 达不到 无法 尚未 一直
    长期以来 长期存在 长期依赖 长期被 现状 现为 现出 瓶颈 传统 已有 已经 我司生产 我们生产
    currently at·present today existing cannot only·reaches
    so·far
    目前 現有 仍有 仍为 现用 now
    """
)
# These win over the present; and these over everything.
STRONG_WISH = listed(
    """
    希望 需要 急需 亟需 寻求 要求 期望 力争 提高到 提升到 提升至 降至 need want require must
    想要 想找 想做 想把 急求 寻找 求购 目标 seeking looking·for target
    要降到 需降到 要降至 需降至 要提到 需提到 要提高 需提高
    要达到 需达到 帮忙找 整改到
    """
)
STRONG_PRESENT = listed(
    """
    达不到 无法 不能满足 满足不了 难以 cannot
    """
)
# By themselves, before anything is wanted, these may as well say how things are.
WEAK_WISH = listed("达到 实现")
# Clauses about money are neither.
MONEY = listed("预算 經費 预计投入 投入 经费 預算 报价 budget")
# What a company says of itself: no title, and its sums are no budget.
ADVERTISING = listed(
    """
    成立于 创建于 创立于 注册资 占地 员工 年产值 产值 年销售 销售额 营业收入 营收 高新技术企业
    专精特新 认证 拥有专利 授权专利
    远销 理念 宗旨 秉承 龙头企业 上市公司
    founded established·in employees revenue turnover
    """
)
# How letters begin and end.
GREETING = listed("尊敬的 您好 你好 此致 敬礼 谢谢 顺祝 dear kind·regards best·regards sincerely")
# A line that only says what follows: everything below it is wanted until a blank line.
WISH_HEADING = listed(
    """
    技术指标 目标指标 指标要求 技术要求 主要指标 考核指标 预期目标 性能要求 targets requirements
    """
)

# Kind of need: the weight of a word and the words of that weight.
KIND_WORDS = {
    "talent": {
        3.0: listed("招聘 诚聘 引进人才 年薪 engineer·wanted recruit"),
        2.0: listed("聘请 岗位 首席科学家 技术总监 兼职专家 hire"),
        1.5: listed("人才 工程师"),
        1.0: listed("博士 硕士 驻场"),
    },
    "finance": {
        3.0: listed("融资 天使轮 A轮 B轮 贷款 出让股份 出让股权 资金需求 风险投资 investor investors loan"),
        2.0: listed("投资人 投资机构 募集 流动资金 估值 funding"),
        1.0: listed("股权融资"),
    },
    "site": {
        3.0: listed("场地 厂房 办公用房 选址 入驻园区 floor·space workshop·to·rent"),
        2.0: listed("仓库 用地 中试基地 实验室场地 层高 落户"),
        1.5: listed("租赁 洁净车间"),
        1.0: listed("平方米 ㎡ 承重"),
    },
    "technology": {
        2.0: listed("攻关 国产化"),
        1.5: listed("工艺 算法"),
        1.0: listed("技术 研发 性能 指标 难题 精度 替代 涂层 process technology"),
        0.5: listed("材料 设备"),
    },
}

MODE_WORDS = {
    "development": listed(
        "委托开发 合作开发 联合开发 共同研发 联合研发 合作研发 委托研发 技术攻关 联合攻关 共同研究 joint·development"
    ),
    "transfer": listed("技术转让 受让 买断 转让费 成果转让 assignment"),
    "licence": listed("许可 授权使用 licence license licensing"),
    "equity": listed("作价入股 技术入股 股权合作 共同成立 合资 equity"),
    "consulting": listed("技术咨询 咨询 诊断 论证 consulting"),
    "service": listed("技术服务 检测服务 代加工 驻场服务 测试服务"),
    "joint_laboratory": listed("共建实验室 联合实验室 共建研发中心 联合研发中心 joint·laboratory"),
    "try_first": listed("先用后付 先试后付 先使用后付费 试用后付款"),
}

# What people say, and where it is filed. The strategic industry first where there is one.
FIELD_WORDS = {
    listed("红外 探测器 传感器 敏感元件 sensor sensors infrared detector"): ("X1.2", "C3983"),
    listed("涂层 涂料 油漆 黑漆 面漆 底漆 清漆 防腐 coating coatings paint"): ("X3.3", "C2641"),
    listed("光学 光波导 镜头 透镜 光谱 激光 laser optical optics lens"): ("X1.2", "C3976", "C4040"),
    listed("芯片 集成电路 晶圆 封装 半导体 光刻 chip chips semiconductor wafer"): ("X1.2", "C3973"),
    listed("碳化硅 SiC MOSFET IGBT 功率器件 功率模块 power·module"): ("X1.2", "C3972"),
    listed("显示屏 OLED 液晶 面板 display displays"): ("X1.2", "C3974"),
    listed("油墨 ink inks"): ("X3.3", "C2642"),
    listed("3D打印 增材制造 激光熔覆 additive·manufacturing"): ("X2.1", "C3493"),
    listed("光纤 光模块 光通信"): ("X1.1", "C3832"),
    listed("5G 6G 通信 基站 天线 射频"): ("X1.1", "C3921"),
    listed("PCB 电路板 线路板"): ("X1.2", "C3982"),
    listed("电机控制器 变频器"): ("X2.1", "C381"),
    listed("皮革 制革 鞣制 再生革"): ("C19",),
    listed("雷达 毫米波"): ("X1.1", "C3940"),
    listed("软件 信息系统 管理系统 数字化 ERP MES 工业互联网"): ("X1.3", "I651"),
    listed("大数据 云计算 数据中心 算力 服务器 液冷 data·centre data·center"): ("X1.4", "I655"),
    listed("人工智能 机器学习 深度学习 大模型 图像识别 机器视觉 算法 AI machine·learning"): ("X1.5", "I6513"),
    listed("机器人 机械臂 robot"): ("X2.1", "C3491"),
    listed("数控 机床 刀具 切削 磨削 加工中心 machine·tool"): ("X2.1", "C342"),
    listed("焊接 焊缝 焊机 welding"): ("X2.1", "C3424"),
    listed("齿轮 减速 轴承 传动 gear bearing"): ("X2.1", "C345"),
    listed("自动化 控制系统 PLC 生产线 检测线"): ("X2.1", "C4011"),
    listed("模具 注塑 压铸"): ("X2.1", "C3525"),
    listed("阀门 泵 压缩机 密封"): ("X2.1", "C344"),
    listed("无人机 航空 飞机 机翼 发动机叶片 高温合金叶片 aircraft drone"): ("X2.2", "C374"),
    listed("卫星 北斗 遥感 导航"): ("X2.3", "C3742"),
    listed("轨道交通 高铁 地铁 列车"): ("X2.4", "C371"),
    listed("船舶 海洋工程 船用"): ("X2.5", "C373"),
    listed("钢 轧制 冶炼 炼铁 高炉 steel"): ("X3.1", "C31"),
    listed("铝合金 镁合金 钛合金 铜合金 高温合金 稀土 有色金属 铜箔 铝箔 alloy"): ("X3.2", "C325"),
    listed("塑料 可降解 地膜 导热 树脂 高分子 聚合物 薄膜 polymer"): ("X3.3", "C292"),
    listed("橡胶 轮胎"): ("X3.3", "C291"),
    listed("催化 化工 精细化学 合成工艺 萃取 catalyst"): ("X3.3", "C26"),
    listed("陶瓷 玻璃 耐火 水泥 混凝土 ceramic"): ("X3.4", "C30"),
    listed("碳纤维 复合材料 玻璃纤维 预浸料 composite"): ("X3.5", "C306"),
    listed("石墨烯 纳米 碳纳米管 超导 graphene"): ("X3.6", "C3985"),
    listed("药物 制剂 原料药 中药 药品 制药"): ("X4.1", "C27"),
    listed("疫苗 抗体 细胞治疗 基因"): ("X4.1", "C276"),
    listed("医疗器械 医疗影像 手术 诊断试剂 影像设备 康复 medical·device"): ("X4.2", "C358"),
    listed("种子 育种 良种 种植 栽培 水稻 小麦 玉米 柑橘 果园"): ("X4.3", "A01"),
    listed("养殖 饲料 畜牧 家禽 水产 渔业"): ("X4.3", "A03"),
    listed("农药 肥料 有机肥 土壤"): ("X4.3", "C263"),
    listed("食品 酱 调味 饮料 糕点 防结剂 乳制品 茶叶 保鲜 果蔬 food beverage"): ("C14",),
    listed("新能源汽车 电动汽车 电驱 整车"): ("X5.1", "C3612"),
    listed("动力电池 锂电池 锂离子 电解液 正极 负极 隔膜 固态电池 battery batteries electrolyte lithium"): (
        "X5.2",
        "C3841",
    ),
    listed("充电桩 换电"): ("X5.3", "C382"),
    listed("汽车零部件 汽车"): ("C367",),
    listed("核电 反应堆 核燃料"): ("X6.1", "D4414"),
    listed("风电 风机 风力发电 wind·turbine"): ("X6.2", "C3415"),
    listed("光伏 太阳能 钙钛矿 photovoltaic"): ("X6.3", "C3825"),
    listed("氢能 燃料电池 电解水 储氢 hydrogen"): ("X6.4", "C3849"),
    listed("储能 电网 变压器 配电 逆变器 energy·storage"): ("X6.5", "C382"),
    listed("节能 余热 热泵 换热 制冷 能耗"): ("X7.1", "C3464"),
    listed("污水 废水 渗滤液 废气 脱硫 脱硝 除尘 VOCs wastewater sewage"): ("X7.2", "D462"),
    listed("固废 垃圾 回收利用 再生 资源化 recycling"): ("X7.3", "C42"),
    listed("碳捕集 碳汇 碳储存 泥炭"): ("X7.2", "N77"),
    listed("煤矿 矿山 采矿 选矿"): ("B", "C351"),
    listed("油气 钻井 石油 页岩气"): ("B07", "C3512"),
    listed("建筑 桥梁 隧道 施工 装配式"): ("E",),
    listed("纺织 面料 染整 服装"): ("C17",),
    listed("造纸 包装 印刷"): ("C22",),
    listed("检测仪 分析仪 仪器仪表 测量仪 质谱 色谱"): ("X2.1", "C40"),
    listed("监测 环境监测"): ("X7.2", "C4021"),
    listed("虚拟现实 VR 数字孪生 动画"): ("X8.1", "I65"),
    listed("物流 仓储 分拣"): ("G59",),
}

BUDGET = listed(
    """
    预算 投入 出资 经费 研发费用 项目费用 合作费用 报价 合同额 拟投资 总投资 融资额 融资 贷款 budget
    invest funding·of
    资金 批了 愿意出 愿出 转让费 许可费 預算 經費 月租 租金
    """
)
# What a short place name must not be followed by.
NOT_A_PLACE = listed(
    """
    大学 学院 理工 科技大 师范 医科 路 牌 轴承厂 国际研究生院 研究院 研究所 分校 校区 工学院 医学院
    """
)
# Words that a title can do without at its beginning, longest first.
OPENINGS = listed(
    """
    本项目为 本项目是
    请问有没有办法 请问有没有 有没有办法 请问 我们公司 我公司 我们的 我们 我司 本公司 本单位 我单位 公司 企业 目标是
    希望能够 希望能 希望 急需 急求 亟需 不知道能否 只需要 需要 只需 寻求 求购 寻找 征集 拟 计划 想要 想找 想把 想 要求
    现有 现 目前 因 为了 为 能够 解决 让 使 一种 一款 一套 一项 将 把
    """
)
# What says only with whom or for how much makes no title.
NO_TITLE = listed("合作方 合作单位 合作伙伴 预算 经费 钱不是问题 费用 月底 之前") + ADVERTISING + GREETING
ENGLISH_OPENING = re.compile(
    r"^(?:(?:hi|hello|dear)\b[^,]*,\s*)?(?:we|our\s+company|i|.{0,40}?\b(?:company|operator|manufacturer))?\s*(?:is|are|am)?\s*(?:currently\s+)?"
    r"(?:looking\s+for|seeking|searching\s+for|in\s+need\s+of|need(?:s)?(?:\s+help\s+with)?|want(?:s)?(?:\s+to)?|require(?:s)?)"
    r"\s+(?:(?:an?|the|some)\s+)?",
    re.IGNORECASE,
)
# Places named after one of these are where the need is.
PLACED = listed("位于 地处 坐落于 地点 地区 所在地 工厂在 公司在 总部在 我们在 我们是 来自 在 based·in located·in")
