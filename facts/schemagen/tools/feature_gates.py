#!/usr/bin/env python3
"""feature_gates.py MODULE_CACHE VERSION: prints NAME, DEFAULT, STAGE, LOCKED of every gate that a kube-apiserver of that
minor version (e.g. 1.37) knows, read from the published modules' tables of gates."""
import re
import sys
from pathlib import Path

cache, wanted = Path(sys.argv[1]), tuple(int(n) for n in sys.argv[2].split("."))
sources = [
    *cache.glob("kubernetes@v1.%d.*/pkg/features/kube_features.go" % wanted[1]),
    *cache.glob("apiserver@v0.%d.*/pkg/features/kube_features.go" % wanted[1]),
    *cache.glob("apiextensions-apiserver@v0.%d.*/pkg/features/kube_features.go" % wanted[1]),
    *cache.glob("component-base@v0.%d.*/**/kube_features.go" % wanted[1]),
    *cache.glob("client-go@v0.%d.*/features/known_features.go" % wanted[1]),
]
ENTRY = re.compile(r"^\t([\w.]+): \{\n((?:\t\t.*\n)+?)\t\},", re.M)
SPEC = re.compile(r'Version: version\.MustParse\("(\d+)\.(\d+)"\), Default: (true|false)(?:, LockToDefault: (true|false))?'
                  r'(?:, PreRelease: (?:\w+\.)?(\w+))?(?:, LockToDefault: (true|false))?')
names, gates = {}, {}
texts = [source.read_text() for source in sources]
for text in texts:
    names.update(re.findall(r'^\s*(\w+)\s+(?:featuregate\.)?Feature = "(\w+)"', text, re.M))
for text in texts:
    for key, body in ENTRY.findall(text):
        constant = key.rpartition(".")[2]
        current = None
        for major, minor, default, lock_a, stage, lock_b in SPEC.findall(body):
            if (int(major), int(minor)) <= wanted:
                current = (default, stage or "GA", "locked" if "true" in (lock_a, lock_b) else "")
        if current:
            gates[names.get(constant, constant)] = current
for name in sorted(gates):
    print("\t".join((name, *gates[name])))
