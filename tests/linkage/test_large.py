#!/usr/bin/env python3
"""One block with 30 % of all records: test_large.py MAILLON

  - refused, with the rule, the share and a hash of the value, but never the value;
  - run when the model allows it, its 40 million pairs in the memory of the tables and a little more: no more than 64 MiB
    over a run without that rule (40 million pairs kept as numbers of 4 bytes would be 160 MB).
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import people  # noqa: E402

N = 30000
RULES = {"refused": "  - [dob]\n  - {fields: [commune]}\n", "allowed": "  - [dob]\n  - {fields: [commune], allow_large: true}\n",
         "without": "  - [dob]\n"}


def run(maillon, name):
    """Status, what it said, peak MiB."""
    env = dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=1")
    child = subprocess.Popen([maillon, "dedupe", "-q", name + ".yaml", "people.csv", "-o", name, "--no-report"], env=env,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    return os.waitstatus_to_exitcode(status), said, usage.ru_maxrss / 1024


def main():
    maillon = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="mln-large-") as top:
        os.chdir(top)
        rows = people.files(N)[0]
        people.write("people.csv", [r[:4] + ["75001" if i % 10 < 3 else r[4]] for i, r in enumerate(rows)])
        text = open(os.path.join(HERE, "dedupe.yaml"), encoding="utf-8").read()
        head, tail = text.split("blocking:\n")[0], text.split("  - [surname, commune]\n")[1]
        for name, rules in RULES.items():
            open(name + ".yaml", "w", encoding="utf-8").write(head + "blocking:\n" + rules + tail)

        status, said, _ = run(maillon, "refused")
        assert status == 2, f"status {status}: {said}"
        assert re.search(r'blocking rule "commune": the records of one value \(hash [0-9a-f]{8}\) make \d+ pairs, '
                         r"\d+\.\d % of all candidates; at most 10\.0 %", said), said
        assert "allow_large" in said and "75001" not in said, said
        assert not os.path.exists("refused"), "a refused run left a result"

        status, said, without = run(maillon, "without")
        assert status == 0, said
        status, said, allowed = run(maillon, "allowed")
        assert status == 0, said
        manifest = open("allowed/manifest.json", encoding="utf-8").read()
        pairs = max(int(n) for n in re.findall(r'"largest_block_pairs": ?(\d+)', manifest))
        assert pairs > 40e6, pairs
        assert allowed < without + 64, f"{allowed:.0f} MiB, without the rule {without:.0f}"


main()
