"""A plugin that shows double effects: each time it runs it writes a row, and nothing stops it."""

MANIFEST = """\
name: note-effect
kind: sql
summary: Writes a row each time it runs; nothing of its own keeps it from writing two.
inputs:
  marker:
    type: text
    default: ""
    description: What to write beside the event.
outputs:
  number: How many rows there are.
"""

SCHEMA = """\
CREATE TABLE effects (
  number INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  marker TEXT NOT NULL,
  key TEXT NOT NULL
) STRICT;
"""

EFFECT = """\
INSERT INTO effects (event_id, run_id, marker, key)
VALUES (:event_id, :run_id, :marker, :idempotency_key);
SELECT max(number) AS number FROM effects;
"""


def install(till) -> None:
    """Adds the plugin's folder to a Till's site."""
    till.write("plugins/note-effect/plugin.yaml", MANIFEST)
    till.write("plugins/note-effect/schema/v001_effects.sql", SCHEMA)
    till.write("plugins/note-effect/effect.sql", EFFECT)
    till.write("plugins/note-effect/README.md", "# note-effect\n")


def workflow(marker: str = "", on: str = "payment_intent.succeeded", more: str = "") -> str:
    """A workflow that uses it; `more` is text of further steps."""
    return (
        f"name: noting\non: {on}\nsteps:\n  - id: note\n    uses: note-effect\n"
        f'    with: {{ marker: "{marker}" }}\n{more}')


def only(till, **given) -> None:
    """The site runs that workflow and no other."""
    install(till)
    till.keep_workflows()
    till.write("workflows/noting.yaml", workflow(**given))
