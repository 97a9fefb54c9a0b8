from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0002_discarded_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="achievement",
            name="benefits",
            field=models.JSONField(blank=True, default=list, verbose_name="效益估算"),
        ),
    ]
