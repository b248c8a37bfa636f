"""table.py OURS RUNC: the outcomes of two runs beside each other, and how often they differ."""

import json
import sys


def main():
    ours, runc = ({**json.load(open(path, encoding="utf-8"))} for path in sys.argv[1:3])
    cases = sorted({*ours, *runc})
    width = max(map(len, cases), default=4)
    print(f"{'case':{width}}  {'ours':8}  runc")
    for case in cases:
        left, right = ours.get(case, "not run"), runc.get(case, "not run")
        print(f"{case:{width}}  {left:8}  {right:8}{'' if left == right else ' <- differs'}".rstrip())
    for name, outcomes in ("ours", ours), ("runc", runc):
        counts = {kind: list(outcomes.values()).count(kind) for kind in ("passed", "failed", "skipped")}
        print(f"{name}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    print(f"different: {sum(ours.get(case) != runc.get(case) for case in cases)}")


main()
