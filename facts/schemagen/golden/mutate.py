#!/usr/bin/env python3
"""Writes bodies for golden/ to ask upstream about: the fully filled kinds of the published modules, with fields left out,
repeated, unknown, or of odd types. mutate.py SEED COUNT; the test takes the answers by -Dj8s.upstream.cases=FILE:

    golden/mutate.py 1 8000 | go run ./golden > /tmp/cases.jsonl
"""
import glob
import json
import os
import random
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FACTS = os.path.join(HERE, '../../../apiserver/src/main/resources/io/j8s/facts/schema.json')
ODD = [None, None, "", 0, -1, 1.5, True, False, [], {}, "x", "1", 1e30, 2147483648, 9223372036854775808,
       "2020-01-01T00:00:00Z", "1Gi", [None], {"a": None}, [1], ["x"], {"a": "b"}, "YQ==", [{}], {"x": {"y": 1}}, [[]]]


def mutate(value, p, depth=0):
    if random.random() < p * 0.06:
        return random.choice(ODD)
    if isinstance(value, dict):
        out = {}
        keep = random.choice([0.15, 0.3, 0.6, 0.95])
        for key, child in value.items():
            if depth == 0 and key in ('kind', 'apiVersion'):
                out[key] = child
            elif random.random() < keep:
                out[key] = mutate(child, p, depth + 1)
        if random.random() < 0.03 * p:
            out['unknown%d' % random.randint(0, 9)] = random.choice(ODD)
        if random.random() < 0.02 * p and out:
            key = random.choice(list(out))
            out[key.capitalize()] = out[key]
        return out
    if isinstance(value, list):
        return [mutate(child, p, depth + 1) for child in value for _ in range(random.choice([0, 1, 1, 2]))]
    if isinstance(value, str) and random.random() < 0.1 * p:
        return random.choice(["", "é<>&", "a\"b\\", "\u2028", "x" * 50, value])
    if isinstance(value, (int, float)) and not isinstance(value, bool) and random.random() < 0.2 * p:
        return random.choice([0, -1, 1, 2**31 - 1, 2**31, 2**63 - 1, 1.5, 1e3, "7"])
    return value


def main():
    random.seed(int(sys.argv[1]))
    known = {kind for t in json.load(open(FACTS)).values() for kind in t.get('gvk', [])}
    files = []
    for module, folder in (('k8s.io/api', 'testdata/HEAD'), ('k8s.io/apiextensions-apiserver', 'pkg/apis/testdata/HEAD')):
        place = subprocess.run(['go', 'list', '-m', '-f', '{{.Dir}}', module], cwd=os.path.join(HERE, '..'),
                               stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
        files += sorted(glob.glob(os.path.join(place, folder, '*.json')))
    whole = {}
    for file in files:
        parts = os.path.basename(file)[:-len('.json')].split('.')
        group = '.'.join(parts[:-2])
        kind = '%s/%s/%s' % ('' if group == 'core' else group, parts[-2], parts[-1])
        body = json.load(open(file))
        if kind in known and 'metadata' in body and 'discovery.k8s.io/v2' not in kind:
            whole[kind] = body
    kinds = sorted(whole)
    for _ in range(int(sys.argv[2])):
        kind = random.choice(kinds)
        body = mutate(whole[kind], random.choice([0, 0, 0.3, 1]))
        print(kind + '\t' + json.dumps(body, separators=(',', ':'), ensure_ascii=random.random() < 0.5))


if __name__ == '__main__':
    main()
