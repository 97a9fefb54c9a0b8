from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0004_one_word_for_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ranking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("levels", models.JSONField(blank=True, default=dict, verbose_name="每个字段的保密级别")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("trained", "可以使用"),
                            ("in_use", "使用中"),
                            ("retired", "已换下"),
                            ("not_better", "未胜过原有排序"),
                        ],
                        default="trained",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("trained_at", models.DateTimeField(verbose_name="训练时间")),
                ("counted_until", models.DateTimeField(blank=True, null=True, verbose_name="评分截至")),
                ("measures", models.JSONField(blank=True, default=dict, verbose_name="检验结果")),
                ("digest", models.CharField(max_length=64, verbose_name="校验值")),
                ("content", models.TextField(editable=False, verbose_name="模型")),
            ],
            options={
                "verbose_name": "排序模型",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_use")), fields=("state",), name="ranking_one_in_use"
                    )
                ],
            },
        ),
    ]
