"""objects.py KUBECONFIG NAMESPACE: an object's life with the official Python client."""
import queue
import sys
import threading

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

SEEN_MAX = 30


def refused(status, reason, call):
    try:
        call()
    except ApiException as e:
        assert (e.status, e.reason) == (status, reason) or f'"reason":"{reason}"' in e.body, e
        assert e.status == status, e
    else:
        raise AssertionError(f"not refused with {status}")


def until(events, wanted):
    while True:
        event = events.get(timeout=SEEN_MAX)
        if event == wanted:
            return


def life(api, namespace):
    name = "python"
    selector = "suite=python"
    version = api.list_namespaced_config_map(namespace).metadata.resource_version
    events = queue.Queue()

    def follow():
        for event in watch.Watch().stream(api.list_namespaced_config_map, namespace, label_selector=selector,
                                          resource_version=version, timeout_seconds=60):
            events.put((event["type"], event["object"].data["step"]))
            if event["type"] == "DELETED":
                return

    threading.Thread(target=follow, daemon=True).start()
    created = api.create_namespaced_config_map(namespace, client.V1ConfigMap(
        metadata=client.V1ObjectMeta(name=name, labels={"suite": "python"}), data={"step": "created"}))
    until(events, ("ADDED", "created"))
    refused(409, "AlreadyExists", lambda: api.create_namespaced_config_map(namespace, client.V1ConfigMap(
        metadata=client.V1ObjectMeta(name=name))))
    found = api.list_namespaced_config_map(namespace, label_selector=selector).items
    assert [one.metadata.uid for one in found] == [created.metadata.uid], found

    changed = api.read_namespaced_config_map(name, namespace)
    changed.data["step"] = "changed"
    api.replace_namespaced_config_map(name, namespace, changed)
    until(events, ("MODIFIED", "changed"))
    created.data["step"] = "stale"
    refused(409, "Conflict", lambda: api.replace_namespaced_config_map(name, namespace, created))

    api.patch_namespaced_config_map(name, namespace, {"data": {"step": "strategic"}})
    until(events, ("MODIFIED", "strategic"))
    api.patch_namespaced_config_map(name, namespace, [{"op": "replace", "path": "/data/step", "value": "json"}])
    until(events, ("MODIFIED", "json"))
    applied = dynamic.DynamicClient(api.api_client).resources.get(api_version="v1", kind="ConfigMap").server_side_apply(
        body={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"step": "applied"}},
        name=name, namespace=namespace, field_manager="suite", force_conflicts=True)
    assert applied.data.step == "applied", applied
    until(events, ("MODIFIED", "applied"))

    api.delete_namespaced_config_map(name, namespace)
    until(events, ("DELETED", "applied"))
    refused(404, "NotFound", lambda: api.read_namespaced_config_map(name, namespace))


def main():
    config.load_kube_config(sys.argv[1])
    life(client.CoreV1Api(), sys.argv[2])
    groups = client.ApisApi().get_api_versions().groups
    assert len(groups) > 20, groups
    print("ok: python")


main()
