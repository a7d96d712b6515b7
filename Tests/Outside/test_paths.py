"""Names and links that lead out of their folder, files that are none, and modes that are too open."""

import os
import stat

import pytest

from events import event, payment_intent

CANARY = "canary-outside-of-every-folder"


def said(done):
    return done.returncode, done.stdout + done.stderr


def outside(till):
    """A file and a folder beside the site, with a text that must be told nobody."""
    secret = till.folder / "outside"
    secret.mkdir()
    (secret / "secret.yaml").write_text(f"{CANARY}: [\n")
    (secret / "plugin.yaml").write_text(f"{CANARY}: [\n")
    (secret / "effect.sql").write_text(f"{CANARY};\n")
    (secret / "en.html.mustache").write_text(f"<p>{CANARY}{{{{</p>\n")
    return secret


LINKS = {
    "a workflow": ("workflows/other.yaml", "secret.yaml"),
    "a plugin": ("plugins/other", "."),
    "a manifest": ("plugins/update-order/plugin.yaml", "plugin.yaml"),
    "an effect": ("plugins/update-order/effect.sql", "effect.sql"),
    "a schema folder": ("plugins/update-order/schema", "."),
    "a template": ("plugins/send-email/templates/order-confirmation/en.html.mustache", "en.html.mustache"),
    "a template folder": ("plugins/send-email/templates/order-confirmation", "."),
}


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("relative", [False, True])
def test_a_link_that_leads_outside_is_named_and_not_read(make_till, name, relative):
    till = make_till()
    path, target = LINKS[name]
    place, secret = till.site / path, outside(till) / target
    if place.exists():
        place.rename(till.folder / "was")
    place.symlink_to(os.path.relpath(secret, place.parent) if relative else secret)

    code, text = said(till.run("check", "--config", str(till.config)))

    assert code == 78
    assert str(place) in text and "leads out of" in text, text
    assert CANARY not in text


@pytest.mark.parametrize("name", [
    "../secret", "/etc/passwd", "..", ".", "", "a/b", "en/../../x", "%2e%2e/x", "..\\\\x", "x\\0y",
    "order-confirmation/../order-confirmation", "en.html", "EN\\n", "~root", "file:///etc/passwd",
])
def test_no_name_from_an_event_becomes_a_path(make_till, name):
    till = make_till()
    till.keep_workflows()
    outside(till)
    till.write("workflows/mail.yaml", f'''\
name: mail
on: payment_intent.succeeded
steps:
  - uses: send-email
    with:
      to: a@example.com
      template: ${{{{ metadata ->> 'template' }}}}
      locale: ${{{{ metadata ->> 'locale' }}}}
      order: "1"
      amount: 1
      currency: usd
    retry: {{ attempts: 1, delay: 1s, factor: 1, max-delay: 1s }}
''')
    evil = name.encode().decode("unicode_escape")
    till.start()
    till.deliver(
        event("payment_intent.succeeded", payment_intent(metadata={"template": evil, "locale": "en"})),
        event("payment_intent.succeeded", payment_intent(
            metadata={"template": "order-confirmation", "locale": evil})))

    reasons = till.rows("SELECT status, reason FROM step_runs ORDER BY run_id")
    assert reasons[0][0] == "failed" and "template" in reasons[0][1], reasons
    # An unknown locale is the default one.
    assert reasons[1][0] == "done", reasons
    assert len(till.mails()) == 1 and CANARY not in till.mails()[0].read_text()


@pytest.mark.parametrize("uses", ["../outside", "/etc", "update-order/../update-order", "."])
def test_no_name_of_a_workflow_becomes_a_path(make_till, uses):
    till = make_till()
    till.keep_workflows()
    outside(till)
    till.write("workflows/x.yaml", f'name: x\non: charge.failed\nsteps:\n  - uses: "{uses}"\n')
    code, text = said(till.run("check", "--config", str(till.config)))
    assert code == 78 and "no plugin" in text, text
    assert CANARY not in text


def test_what_is_no_file_holds_nothing_up(make_till):
    till = make_till()
    till.keep_workflows("order-paid")
    os.mkfifo(till.site / "workflows" / "pipe.yaml")
    (till.site / "workflows" / "folder.yaml").mkdir()
    os.mkfifo(till.site / "plugins" / "update-order" / "pipe.sql")
    huge = till.site / "workflows" / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(1 << 33)

    code, text = said(till.run("check", "--config", str(till.config)))
    assert code == 78
    assert "pipe.sql:1:1: error: the file cannot be read" in text
    (till.site / "plugins" / "update-order" / "pipe.sql").unlink()
    code, text = said(till.run("check", "--config", str(till.config)))
    assert code == 78
    for name in ("pipe.yaml", "folder.yaml"):
        assert f"{name}:1:1: error: the file cannot be read" in text, text
    assert "huge.yaml:1:1: error: the file has 8589934592 bytes" in text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602, 0o660, 0o666, 0o777, 0o610])
def test_a_secrets_file_that_others_may_open_stops_the_start(make_till, mode):
    till = make_till(STRIPE_WEBHOOK_SECRET="")
    secret = till.site / "etc" / "secret"
    secret.write_text("whsec_canary_in_a_file")
    secret.chmod(mode)
    till.config.write_text(till.config.read_text().replace(
        "${env:STRIPE_WEBHOOK_SECRET}", "${file:secret}"))

    code = till.launch().process.wait(20)

    text = till.log.read_text()
    assert code == 78
    assert f"chmod 600" in text and f"mode {mode:o}" in text and str(secret) in text
    assert "canary" not in text
    secret.chmod(0o600)
    till.start()


def test_what_till_makes_is_its_owners_alone(make_till):
    till = make_till()
    # As loose as a careless shell has it.
    command = till.serve_command()
    till.serve_command = lambda: ["sh", "-c", 'umask 0; exec "$@"', "sh", *command]
    till.start()
    till.deliver(event("payment_intent.succeeded", payment_intent(metadata={"order_id": "m-1"})))
    assert till.mails()
    assert stat.S_IMODE(till.state.stat().st_mode) == 0o700
    for path in till.state.rglob("*"):
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path} has {mode:o}"
