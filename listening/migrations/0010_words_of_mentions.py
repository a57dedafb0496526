from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models import F, Func

# The words of a mention, for the index alone: letters and digits of plain words, each other character by itself.
# `listening/candidates.py` cuts the words of a query alike. Its cost tells the planner to ask the index first.
WORDS = r"""
CREATE OR REPLACE FUNCTION listening_words(title text, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 AS $$
DECLARE
    said text := translate(concat(title, ' ', body), '’‘“”…–—™', '        ');
BEGIN
    said := lower(said COLLATE "C");
    IF said ~ '[^\x01-\x7f]' THEN
        said := regexp_replace(said, '[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+', '', 'g');
        said := lower(normalize(said, NFKC) COLLATE "C");
        said := replace(replace(said, 'ß', 'ss'), 'ẞ', 'ss');
        said := regexp_replace(said, '([^\x01-\x7f])', ' \1 ', 'g');
    END IF;
    said := regexp_replace(said, '[\x01-\x2f\x3a-\x60\x7b-\x7f]+', ' ', 'g');
    -- No word of an index may have more than 2 KB: of a longer one only its beginning is kept.
    IF said ~ '[a-z0-9]{65}' THEN
        said := regexp_replace(said, '([a-z0-9]{64})[a-z0-9]+', '\1', 'g');
    END IF;
    RETURN array_to_tsvector(string_to_array(btrim(said), ' '));
END $$;
"""


class Migration(migrations.Migration):
    # On a large archive this takes a minute or two, in which posts go on being stored.
    atomic = False

    dependencies = [("listening", "0009_query_language")]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION listening_words(text, text)"),
        migrations.RunSQL("SET statement_timeout = 0", migrations.RunSQL.noop),
        # What a migration that was interrupted left behind.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS mention_words", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "mention",
            GinIndex(Func(F("title"), F("text"), function="listening_words"), name="mention_words"),
        ),
        # Of an index of words the planner knows nothing before.
        migrations.RunSQL("ANALYZE listening_mention", migrations.RunSQL.noop),
        migrations.RunSQL("RESET statement_timeout", migrations.RunSQL.noop),
    ]
