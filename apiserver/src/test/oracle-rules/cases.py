#!/usr/bin/env python3
"""Makes cases for `judge` out of good objects: each field of the schema set to telling values, one
at a time and several at once, as creates, updates and writes to subresources.

    python3 cases.py bases/core.yaml [--kind KIND] [--seed N] [--random N] [--every N]

A base may carry `x-ops`: the subresources that are tried on it beside create and update.
"""
import argparse
import copy
import json
import random
import sys

import yaml

SCHEMA = "../../main/resources/io/j8s/facts/schema.json"
LABEL = ["", "a", "Bad_Value!", "a" * 64, "a.b"]
NAME = ["", "a", "Bad_Value!", "a" * 64, "a" * 254, "a.b", "-a"]
PATHS = ["", "/a", "a", "a/../b", "../x", "/a:b", "..a", "/..", "/a\\b"]
ADDRESSES = ["", "1.2.3.4", "10.0.0.1", "::1", "fd00::1", "01.2.3.4", "::ffff:1.2.3.4", "999.1.1.1", "x",
             "127.0.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.1", "1.2.3.4/24", "FD00:0::1", "None"]
TEXTS = {
    "name": NAME, "namespace": LABEL, "image": ["", "a:b", " a", "a@sha256:" + "0" * 64, "A/B:latest"],
    "ip": ADDRESSES, "podIP": ADDRESSES, "hostIP": ADDRESSES, "clusterIP": ADDRESSES, "loadBalancerIP": ADDRESSES,
    "addresses": ADDRESSES, "clusterIPs": ADDRESSES, "externalIPs": ADDRESSES, "address": ADDRESSES, "podCIDR": ["", "10.0.0.0/24", "10.0.0.1/24", "fd00::/64", "x"],
    "podCIDRs": ["10.0.0.0/24", "10.0.0.1/24", "fd00::/64", "x", "010.0.0.0/24"],
    "loadBalancerSourceRanges": ["10.0.0.0/8", "10.0.0.1/8", "x", " 10.0.0.0/8", "fd00::/8", "010.0.0.0/8"],
    "nameservers": ADDRESSES, "searches": ["a.b", "a.b.", ".", "", "_a.b", "A", "a" * 254],
    "path": PATHS, "mountPath": PATHS, "subPath": PATHS, "subPathExpr": PATHS + ["$(A)", "$(A"], "devicePath": PATHS, "hostPath": PATHS,
    "localhostProfile": PATHS + [" a "], "terminationMessagePath": PATHS, "containerName": NAME + ["c"],
    "protocol": ["", "TCP", "UDP", "SCTP", "tcp", "ICMP"],
    "fieldPath": ["", "metadata.name", "metadata.labels", "metadata.labels['a']", "metadata.annotations['A b']", "status.podIP",
                  "status.podIPs", "status.hostIP", "status.hostIPs", "spec.nodeName", "spec.serviceAccountName", "metadata.uid", "metadata.bogus", "spec.bogus", "metadata.namespace['a']",
                  "spec.containers{a}", "metadata.labels['']"],
    "resource": ["", "limits.cpu", "requests.memory", "limits.hugepages-2Mi", "requests.hugepages-2Mi", "bogus", "limits.ephemeral-storage"],
    "apiVersion": ["", "v1", "v2", "apps/v1", "a/b/c", "v1/"],
    "operator": ["", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Equal", "Bogus"],
    "key": ["", "a", "a/b", "Bad Key!", "/a", "a/b/c", "node.kubernetes.io/not-ready", "metadata.name"],
    "values": ["", "a", "bad value!", "5", "-5"], "value": ["", "a", "bad value!", "5"],
    "effect": ["", "NoSchedule", "PreferNoSchedule", "NoExecute", "Bogus"],
    "topologyKey": ["", "kubernetes.io/hostname", "Bad Key!", "a"],
    "hostname": LABEL, "subdomain": LABEL, "nodeName": NAME, "serviceAccountName": NAME, "serviceAccount": NAME, "schedulerName": NAME,
    "restartPolicy": ["", "Always", "OnFailure", "Never", "Bogus"],
    "medium": ["", "Memory", "HugePages", "HugePages-2Mi", "HugePages-x", "Bogus"],
    "add": ["SYS_ADMIN", "CAP_NET_ADMIN", "ALL", ""], "drop": ["ALL", "x"],
    "procMount": ["Default", "Unmasked", "Bogus", ""], "accessModes": ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod", "Bogus"],
    "externalName": ["", "example.com", "example.com.", "Bad_Name", "a" * 254, "1.2.3.4"],
    "loadBalancerClass": ["", "a", "example.com/x", "Bad Class!"],
    "scheme": ["", "HTTP", "HTTPS", "http"], "priorityClassName": NAME, "runtimeClassName": NAME, "storageClassName": NAME, "volumeAttributesClassName": NAME,
    "type": ["", "Bogus", "Directory", "Socket", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "Container", "Pod", "PersistentVolumeClaim",
             "RuntimeDefault", "Localhost", "Unconfined", "Opaque", "kubernetes.io/tls", "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg", "kubernetes.io/basic-auth",
             "kubernetes.io/ssh-auth", "kubernetes.io/service-account-token", "Utilization", "Value", "AverageValue", "Resource", "Pods", "Object", "External", "ContainerResource", "Percent"],
    "sysctls": ["kernel.shm_rmid_forced"], "ipFamilies": ["IPv4", "IPv6", "Bogus"], "hostnameOverride": NAME + ["a" * 65],
    "addressType": ["", "IPv4", "IPv6", "FQDN", "Bogus"], "appProtocol": ["", "http", "example.com/x", "Bad Proto!", "kubernetes.io/h2c", "a" * 64],
    "finalizers": ["kubernetes", "example.com/x", "Bad!", "bogus", "orphan", "foregroundDeletion"],
    "minReadySeconds": [], "scopes": ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass", "Bogus"],
    "scopeName": ["Terminating", "NotTerminating", "BestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass", "Bogus", ""],
    "resourceName": ["cpu", "memory", "", "bogus"], "kind": ["", "Pod", "Bogus", "Node", "PersistentVolumeClaim", "VolumeSnapshot"], "apiGroup": ["", "apps", "snapshot.storage.k8s.io", "Bad!"],
    "stopSignal": ["SIGTERM", "SIGKILL", "SIGUSR1", "Bogus", ""], "name:sysctl": ["kernel.shm_rmid_forced", "a/b", "Bad!", "net.ipv4.ip_local_port_range"],
    "fsGroupChangePolicy": ["OnRootMismatch", "Always", "Bogus", ""], "unsatisfiableConstraintAction": [], "volumeMode": ["Block", "Filesystem", "Bogus", ""],
}
COUNTS = [-1, 0, 1, 2, 100, 101, 65535, 65536, 2147483647]
WIDE = COUNTS + [4294967296, -9223372036854775808]
AMOUNTS = ["0", "-1", "1", "1.5", "100m", "1Gi", "1n"]
PORTS = [-1, 0, 80, 65536, "http", "", "Bad!", "a" * 16, "50%", "150%", "123", "-1%"]
RESOURCES = [{}, {"cpu": "1"}, {"memory": "1"}, {"cpu": "-1"}, {"bogus": "1"}, {"example.com/x": "1"}, {"example.com/x": "1.5"}, {"hugepages-2Mi": "2Mi"}, {"hugepages-2Mi": "1"},
             {"ephemeral-storage": "1Gi"}, {"storage": "1Gi"}, {"storage": "0"}, {"storage": "-1"}, {"requests.cpu": "1"}, {"pods": "1"}, {"pods": "1.5"}, {"a b": "1"}, {"memory": "1m"}, {"kubernetes.io/foo": "1"},
             {"requests.nvidia.com/gpu": "1"}, {"count/pods": "1"}, {"count/a.b": "1"}, {"cpu": "10", "memory": "10Gi"}, {"requests.storage": "1Gi"}, {"hugepages-x": "1"}, {"limits.example.com/x": "1"}, {"services.nodeports": "-1"}]
LABELS = [{}, {"a": "b"}, {"Bad Key!": "x"}, {"a": "bad value!"}, {"example.com/x": "y"}, {"/x": "y"}, {"": "x"}, {"a": "x" * 64}]


class Maker:
    def __init__(self, seed):
        self.schema = json.load(open(SCHEMA))
        self.random = random.Random(seed)

    def fields(self, type_name):
        out = []
        for f in self.schema.get(type_name, {}).get("fields", []):
            if f.get("inline"):
                out += self.fields(f["type"])
            else:
                out.append(f)
        return out

    def type_of(self, obj):
        wanted = obj["apiVersion"] if "/" in obj["apiVersion"] else "/" + obj["apiVersion"]
        for name, t in self.schema.items():
            if any(g.lstrip("/") == (wanted.lstrip("/") + "/" + obj["kind"]) for g in t.get("gvk", [])):
                return name
        raise SystemExit("no type " + obj["apiVersion"] + " " + obj["kind"])

    def simple(self, f, t):
        """Values for a field of no struct; None when it is one."""
        name = f["name"]
        if "enum" in f:
            return f["enum"] + ["Bogus", ""]
        if t == "string":
            return TEXTS.get(name, ["", "a", "Bad Value!", "a" * 64])
        if t == "bool":
            return [True, False]
        if t == "int32":
            return COUNTS
        if t == "int64":
            return WIDE
        if t == "bytes":
            return ["", "YQ==", "e30="]
        if t.endswith(".Quantity"):
            return AMOUNTS
        if t.endswith(".IntOrString"):
            return PORTS
        if t.endswith(".Time"):
            return ["2020-01-01T00:00:00Z", None]
        if t.endswith(".MicroTime"):
            return ["2020-01-01T00:00:00.000000Z", None]
        if t == "{}string":
            return LABELS
        if t.endswith("}bytes") or t == "{}bytes":
            return [{}, {"a": "YQ=="}, {"Bad Key!": "YQ=="}, {"..": "YQ=="}]
        if t.startswith("{}") and t.endswith("Quantity"):
            return RESOURCES
        return None

    def struct(self, t, depth):
        """A struct with some fields."""
        out = {}
        for f in self.fields(t):
            if self.random.random() < (0.6 if f.get("required") else 0.25):
                value = self.any(f, f["type"], depth - 1)
                if value is not None:
                    out[f["name"]] = value
        return out

    def any(self, f, t, depth):
        values = self.simple(f, t)
        if values:
            return copy.deepcopy(self.random.choice(values))
        if t.startswith("[]"):
            item = self.any(f, t[2:], depth)
            return [] if item is None else [item]
        if t.startswith("{}") or depth <= 0:
            return None
        if t in self.schema and self.schema[t].get("fields"):
            return self.struct(t, depth)
        return None

    def values(self, f):
        """What a field is set to, one after the other."""
        t = f["type"]
        values = self.simple(f, t)
        if values is not None:
            return values
        if t.startswith("[]"):
            items = self.simple(f, t[2:])
            if items is not None:
                return [[]] + [[i] for i in items] + ([[items[-1], items[-1]], items[:2]] if items else [])
            made = [[self.struct(t[2:], 3)] for _ in range(3)] if t[2:] in self.schema else []
            return [[], [{}]] + made + [[m[0], m[0]] for m in made[:1]]
        if t in self.schema and self.schema[t].get("fields"):
            made = [self.struct(t, 3) for _ in range(3)]
            # of a union each member alone
            for member in self.fields(t):
                value = self.any(member, member["type"], 3)
                if value is not None:
                    made.append({member["name"]: value})
            return [{}] + made
        return []

    def mutations(self, node, t, path):
        """(path, value) of each single change; value ... removes."""
        if not isinstance(node, dict):
            return
        for f in self.fields(t):
            name, kind = f["name"], f["type"]
            if path == () and name in ("apiVersion", "kind"):  # the judge must know who is asked
                continue
            if path == ("metadata",) and name in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"):
                continue
            here = path + (name,)
            if here == ("metadata",):
                yield from self.mutations(node[name], kind, here)
                continue
            if name in node:
                yield here, ...
            for value in self.values(f):
                if not (name in node and node[name] == value):
                    yield here, value
            child = node.get(name)
            if isinstance(child, dict) and kind in self.schema:
                yield from self.mutations(child, kind, here)
            elif isinstance(child, list) and child:
                yield here, child + [child[0]]
                yield here, child[:-1]
                for i, item in enumerate(child):
                    if isinstance(item, dict):
                        yield from self.mutations(item, kind[2:], here + (i,))
                    else:
                        for value in self.simple(f, kind[2:]) or []:
                            yield here + (i,), value


def with_change(obj, path, value):
    out = copy.deepcopy(obj)
    node = out
    for step in path[:-1]:
        node = node[step]
    if value is ...:
        node.pop(path[-1], None)
    else:
        node[path[-1]] = copy.deepcopy(value)
    return out


def emit(op, ident, obj, old=None):
    case = {"id": ident, "op": op}
    if old is not None:
        case["old"] = old
    case["object"] = obj
    print(json.dumps(case))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("bases")
    args.add_argument("--kind")
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--random", type=int, default=0, help="cases with several changes, for each base")
    args.add_argument("--every", type=int, default=1, help="only each n-th single change")
    args.add_argument("--ops", default="")
    a = args.parse_args()
    maker = Maker(a.seed)
    for number, base in enumerate(yaml.safe_load_all(open(a.bases))):
        ops = base.pop("x-ops", [])
        if a.kind and base["kind"] != a.kind:
            continue
        name = "%s%d" % (base["kind"], number)
        t = maker.type_of(base)
        wanted = a.ops.split(",") if a.ops else ["table", "create", "update", "ratchet"] + ops
        if "table" in wanted:
            emit("table", name + " table", base)
        if "create" in wanted:
            emit("create", name, base)
        changes = list(maker.mutations(base, t, ()))
        for i, (path, value) in enumerate(changes):
            if i % a.every:
                continue
            ident = name + " " + ".".join(map(str, path)) + "=" + ("-" if value is ... else json.dumps(value))[:60]
            changed = with_change(base, path, value)
            of_status = path[0] == "status"
            if "create" in wanted and not (of_status and i % 7):
                emit("create", ident, changed)
            if "table" in wanted and (of_status or i % 11 == 0):
                emit("table", ident, changed)
            if "update" in wanted and not (of_status and i % 7):
                emit("update", ident, changed, base)
            if "ratchet" in wanted and not of_status and i % 3 == 0:
                # what was stored by other rules, and a change elsewhere
                emit("update", ident + " (as before)", with_change(changed, ("metadata", "labels"), {"changed": "yes"}), changed)
                emit("update", ident + " (back)", base, changed)
            for op in wanted:
                if op in ("table", "create", "update", "ratchet"):
                    continue
                if op != "status" or of_status or i % 9 == 0:
                    emit(op, ident, changed, base)
                    if i % 4 == 0:
                        emit(op, ident + " (back)", base, changed)
        for i in range(a.random):
            changed = base
            for path, value in maker.random.sample(changes, min(len(changes), maker.random.randint(2, 4))):
                try:
                    changed = with_change(changed, path, value)
                except (KeyError, IndexError, TypeError):
                    pass
            emit("create", "%s random %d" % (name, i), changed)
            emit("update", "%s random %d" % (name, i), changed, base)


if __name__ == "__main__":
    main()
