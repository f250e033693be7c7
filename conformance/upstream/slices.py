#!/usr/bin/env python3
"""slices.py DIR KUBECONFIG FOCUS [SKIP]: runs specs of upstream's suite, a slice at a time, and goes on where it was stopped.

DIR is what build.sh filled. DIR/results.tsv gets one line a spec; a spec that passed or was skipped is not run again, one
that failed is. The log of each slice, with all a failed spec tells, is in DIR/logs. SLICE is the number of specs in one.
"""
import json, os, pathlib, re, subprocess, sys, time

SKIP = r"\[Serial\]|\[Disruptive\]|\[Slow\]|\[Feature:"
DONE = {"passed", "skipped"}


def suite(directory, kubeconfig, report, log, *flags, timeout):
    command = [directory / "e2e.test", f"-kubeconfig={kubeconfig}", "-provider=local", f"-kubectl-path={directory}/kubectl",
               "-allowed-not-ready-nodes=-1", "-disable-log-dump", f"-report-dir={report.parent}", "-ginkgo.no-color", "-ginkgo.v",
               f"-ginkgo.timeout={timeout}s", f"-ginkgo.json-report={report}", *flags]
    with open(log, "w") as out:
        return subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, cwd=directory, timeout=timeout + 300).returncode


def specs(report):
    for run in json.loads(report.read_text()):
        for spec in run["SpecReports"] or []:
            if spec["LeafNodeType"] == "It":
                yield " ".join([*(spec["ContainerHierarchyTexts"] or []), spec["LeafNodeText"]]), spec


def results(file):
    found = {}
    if file.exists():
        for line in file.read_text().splitlines():
            state, seconds, name, _ = line.split("\t")
            found[name] = state
    return found


def main():
    directory, kubeconfig, focus = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3]
    skip = sys.argv[4] if len(sys.argv) > 4 else SKIP
    size = int(os.environ.get("SLICE", "15"))
    logs = directory / "logs"
    logs.mkdir(exist_ok=True)
    file = directory / "results.tsv"
    listing = logs / "listing.json"
    suite(directory, kubeconfig, listing, logs / "listing.log", "-ginkgo.dry-run", f"-ginkgo.focus={focus}", f"-ginkgo.skip={skip}",
          timeout=300)
    wanted = [name for name, spec in specs(listing) if spec["State"] == "passed"]
    open_ = [name for name in wanted if results(file).get(name) not in DONE]
    print(f"{len(wanted)} specs, {len(open_)} to run", flush=True)
    for at in range(0, len(open_), size):
        part = open_[at:at + size]
        stamp = time.strftime("%m%d-%H%M%S")
        report = logs / f"{stamp}.json"
        names = "|".join(re.escape(name) for name in part)
        suite(directory, kubeconfig, report, logs / f"{stamp}.log", f"-ginkgo.focus=({names})( \\[|$)", timeout=3600)
        with open(file, "a") as out:
            for name, spec in specs(report):
                if name in part and (spec["State"] != "skipped" or spec.get("Failure")):  # else it was out of focus
                    why = (spec.get("Failure") or {}).get("Message", "").replace("\n", " ").replace("\t", " ")[:300]
                    line = f"{spec['State']}\t{spec['RunTime'] / 1e9:.1f}\t{name}\t{why}"
                    print(line, file=out)
                    print(line, flush=True)
    states = [results(file).get(name, "not run") for name in wanted]
    print(", ".join(f"{states.count(state)} {state}" for state in sorted(set(states))))


main()
