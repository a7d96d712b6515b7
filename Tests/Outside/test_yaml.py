"""YAML that bombs, traps and lies: a mistake with its place or a plain reading, quickly, in little memory."""

import re
import resource
import time

HEAD = b"name: NAME\non: charge.failed\nsteps:\n  - uses: send-email\n"


def laughs(depth, width=9):
    lines = ["a0: &a0 lol"] + [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, depth)]
    return "\n".join(lines).encode()


# What stands in the file; NAME becomes the workflow's name.
FILES = {
    "empty": b"", "blank": b" \n\t\n", "comment": b"# nothing\n", "null": b"null\n", "tilde": b"~",
    "a text": b"hello", "a number": b"42", "a list": b"- 1\n- 2\n", "only dashes": b"---\n---\n---\n",
    "only dots": b"...\n", "two documents": HEAD + b"---\n" + HEAD, "a bom": b"\xef\xbb\xbf" + HEAD,
    "bom inside": HEAD + b"x: \xef\xbb\xbfy\n", "utf-16": HEAD.decode().encode("utf-16"),
    "utf-32": HEAD.decode().encode("utf-32"), "latin-1": HEAD + b"x: \xe9\n",
    "overlong": HEAD + b"x: \xc0\xaf\n", "surrogate": HEAD + b"x: \xed\xa0\x80\n",
    "nul": HEAD + b"x: a\0b\n", "nul first": b"\0" + HEAD, "bell": HEAD + b"x: \x07\n",
    "escape": HEAD + b"x: \x1b[31m\n", "delete": HEAD + b"x: \x7f\n", "c1": HEAD + b"x: \xc2\x85y\n",
    "line separator": HEAD + "x: a\u2028b: c\n".encode(), "carriage returns": HEAD.replace(b"\n", b"\r"),
    "laughs": laughs(12), "wide laughs": laughs(4, 500), "endless anchor": b"a: &a [*a]\n",
    "anchor of a mapping": b"a: &a {b: *a}\n", "an alias of nothing": b"a: *nothing\n",
    "a merge": b"<<: {name: x}\nname: NAME\n", "a merge of an anchor": b"x: &x {a: 1}\n<<: *x\n",
    "deep list": b"[" * 100_000, "deep closed list": b"[" * 50_000 + b"]" * 50_000,
    "deep mapping": b"{a: " * 50_000, "deep dashes": b"- " * 100_000, "deep questions": b"? " * 100_000,
    "deep blocks": b"".join(b" " * n + b"a:\n" for n in range(1000)),
    "many keys": b"\n".join(b"k%d: 1" % n for n in range(50_000)),
    "many items": b"- 1\n" * 200_000, "many documents": b"---\na: 1\n" * 50_000,
    "same keys": b"a: 1\n" * 100_000, "a long key": b"k" * 900_000 + b": 1\n",
    "a long line": b"name: " + b"x" * 1_000_000 + b"\n", "too large": b"#" * (1 << 20) + b"\n",
    "a long comment": b"#" * 1_000_000 + b"\n" + HEAD, "many comments": b"#\n" * 300_000 + HEAD,
    "many blank lines": b"\n" * 900_000 + HEAD, "many quotes": b"'" * 999_999,
    "many escapes": b'"' + b"\\x41" * 200_000 + b'": 1\n', "an open quote": b'name: "' + b"x\n" * 100_000,
    "an open list": b"on: [" + b"a, " * 100_000, "a python object": b"x: !!python/object/apply:os.system [id]\n",
    "binary": b"x: !!binary aGk=\n", "a tag of a set": b"x: !!set {a, b}\n", "a local tag": b"x: !mine y\n",
    "a long tag": b"x: !<" + b"t" * 500_000 + b"> y\n", "a verbatim tag": b"x: !<tag:yaml.org,2002:str> y\n",
    "version 9": b"%YAML 9.9\n---\n" + HEAD, "a tag directive": b"%TAG ! tag:x,2000:\n---\n" + HEAD,
    "many directives": b"%TAG !a! tag:a\n" * 50_000 + b"---\n", "tabs": b"name:\n\t- x\n",
    "a tab in front": b"\tname: x\n", "a complex key": b"? [a, b]\n: c\n", "a mapping key": b"{{a: b}: c}\n",
    "an empty key": b": x\n", "a null key": b"~: x\n", "no space": b"name:x\n", "colons": b"a: b: c: d\n",
    "an at": b"name: @x\n", "a backtick": b"name: `x\n", "a percent": b"name: %x\n",
    "block indent 0": b"name: |0\n x\n", "block indent 99": b"name: |99\n x\n", "bad indent": b"a:\n   b: 1\n  c: 2\n",
    "octal": b"name: 0o777\non: 0777\n", "sexagesimal": b"name: 190:20:30\n", "infinity": b"name: .inf\n",
    "yes as a key": b"yes: no\non: off\n", "a huge number": b"name: " + b"9" * 500_000 + b"\n",
    "steps is a number": b"name: NAME\non: x.y\nsteps: 9\n", "steps of nulls": b"name: NAME\non: x.y\nsteps: [~, ~]\n",
    "on is a mapping": b"name: NAME\non: {a: b}\nsteps: []\n", "an open expression": HEAD + b"when: ${{ 1\n",
    "many expressions": b"name: NAME\non: x.y\nsteps:\n  - uses: send-email\n    with: {to: '"
                        + b"${{ 1 }}" * 50_000 + b"'}\n",
    "a deep expression": HEAD + b"when: " + b"(" * 5_000 + b"1" + b")" * 5_000 + b"\n",
    "a long expression": HEAD + b"when: " + b"1 + " * 100_000 + b"1\n",
}


def test_a_corpus_of_bombs_and_traps_is_told_apart_quickly(make_till):
    assert len(FILES) >= 60
    till = make_till()
    till.keep_workflows()
    times = {}
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    for number, (name, content) in enumerate(FILES.items()):
        path = till.site / "workflows" / f"f{number}.yaml"
        path.write_bytes(content.replace(b"NAME", f"f{number}".encode()))
        began = time.monotonic()
        done = till.run("check", "--config", str(till.config))
        times[name] = time.monotonic() - began
        # Every one of them has a mistake, and every mistake has a place; no trap, no signal.
        assert done.returncode == 78, (name, done.returncode, done.stderr[-500:])
        assert re.search(rf"f{number}\.yaml:\d+:\d+: error: ", done.stderr + done.stdout), (
            name, (done.stderr + done.stdout)[-500:])
        assert len(done.stderr + done.stdout) < 300_000, name
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", done.stderr + done.stdout), name
        path.unlink()
    slowest = max(times, key=times.get)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"slowest: {slowest} {times[slowest]:.2f} s; at most {most / 1024:.0f} MiB (before {before / 1024:.0f})")
    # A check of nothing takes most of that; a bomb would take seconds or minutes.
    assert times[slowest] < 10 * sorted(times.values())[len(times) // 2] + 1
