from django.db import migrations

WITHOUT_CODE = """
UPDATE parties_organisation SET search_text = trim(replace(search_text, lower(credit_code), ''))
WHERE credit_code <> ''
"""


class Migration(migrations.Migration):
    """What strangers search must not hold codes, which the registered alone may see."""

    dependencies = [("parties", "0002_nodes_and_posts_have_verbs")]
    operations = [migrations.RunSQL(WITHOUT_CODE, migrations.RunSQL.noop)]
