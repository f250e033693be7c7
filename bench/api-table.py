#!/usr/bin/env python3
"""api-table.py FILE.jsonl: the load tool's lines as a table, beside the targets (CPU-µs of the server per request)."""
import json
import sys

# (test, content type, watchers): (target, goal, upstream's API server on the reference machine)
TARGETS = {
    ("get", "json", 0): (150, 80, 582),
    ("get", "protobuf", 0): (150, 80, 557),
    ("create", "json", 0): (900, 500, 1822),
    ("update", "json", 0): (None, 500, 2063),
    ("patch-merge", "json", 0): (None, 500, 1992),
    ("patch-strategic", "json", 0): (None, 600, 2294),
    ("apply", "json", 0): (None, 800, 2805),
    ("delete", "json", 0): (None, 450, 1813),
    ("list", "json", 0): (20000, 12000, 144750),
    ("list", "protobuf", 0): (20000, 12000, 94000),
    ("watch", "json", 100): (None, 26, 88),
    ("watch", "json", 1000): (30, 18, 41),
}

print("| work | req/s | p50 ms | p99 ms | errors | server CPU µs | target | goal | upstream | machine otherwise |")
print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
for line in open(sys.argv[1]):
    row = json.loads(line)
    watchers = row.get("Watchers", 0)
    key = (row["Test"], row["ContentType"], watchers)
    target, goal, upstream = TARGETS[key]
    watch = row["Test"] == "watch"
    cpu = row.get("ServerCPUusPerEvent", 0.0) if watch else row["ServerCPUsPer1000"] * 1000
    rate = row.get("DeliveredPerSecond", 0.0) if watch else row["PerSecond"]
    verdict = "" if target is None else ("met" if cpu <= target else "MISSED")
    name = f"watch, {watchers} watchers × 50/s" if watch else f"{row['Test']} {row['ContentType']}"
    others = max(0.0, row["OtherCPUs"]) / max(row["Seconds"], 0.01)
    print(f"| {name} | {rate:,.0f} | {row['P50ms']:.1f} | {row['P99ms']:.1f} | {row['Errors']} | {cpu:,.0f} "
          f"| {'≤ ' + str(target) + ' ' + verdict if target else '–'} | {goal:,} | {upstream:,} | {others:.2f} cores |")
