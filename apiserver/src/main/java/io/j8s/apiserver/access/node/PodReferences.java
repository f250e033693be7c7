package io.j8s.apiserver.access.node;

import io.j8s.apiserver.access.node.NodeGraph.Ref;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.ObjectKey;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Every object that a pod needs, as far as its kubelet must read it. Pure.
final class PodReferences {

    private PodReferences() {}

    static Set<Ref> of(ObjectKey key, Tree pod) {
        var out = new HashSet<Ref>();
        var namespace = key.namespace();
        out.add(new Ref("Pod", key));
        if (pod.stringMap("metadata.annotations").containsKey("kubernetes.io/config.mirror")) {
            return Set.copyOf(out); // upstream: a mirror pod gives its node nothing
        }
        var account = pod.string("spec.serviceAccountName", "");
        if (!account.isEmpty()) {
            out.add(new Ref("ServiceAccount", new ObjectKey(namespace, account)));
        }
        for (var secret : pod.trees("spec.imagePullSecrets")) {
            add(out, "Secret", namespace, secret.string("name", ""));
        }
        for (var path :
                List.of("spec.containers", "spec.initContainers", "spec.ephemeralContainers")) {
            pod.trees(path).forEach(container -> addEnvironment(out, namespace, container));
        }
        for (var volume : pod.trees("spec.volumes")) {
            addVolume(out, namespace, pod.string("metadata.name", ""), volume);
        }
        for (var claim : pod.trees("status.resourceClaimStatuses")) {
            add(out, "ResourceClaim", namespace, claim.string("resourceClaimName", ""));
        }
        for (var claim : pod.trees("spec.resourceClaims")) {
            add(out, "ResourceClaim", namespace, claim.string("resourceClaimName", ""));
        }
        return Set.copyOf(out);
    }

    private static void addEnvironment(Set<Ref> out, String namespace, Tree container) {
        for (var from : container.trees("envFrom")) {
            add(out, "ConfigMap", namespace, from.string("configMapRef.name", ""));
            add(out, "Secret", namespace, from.string("secretRef.name", ""));
        }
        for (var variable : container.trees("env")) {
            add(out, "ConfigMap", namespace, variable.string("valueFrom.configMapKeyRef.name", ""));
            add(out, "Secret", namespace, variable.string("valueFrom.secretKeyRef.name", ""));
        }
    }

    private static void addVolume(Set<Ref> out, String namespace, String pod, Tree volume) {
        add(out, "Secret", namespace, volume.string("secret.secretName", ""));
        add(out, "ConfigMap", namespace, volume.string("configMap.name", ""));
        add(out, "Claim", namespace, volume.string("persistentVolumeClaim.claimName", ""));
        add(out, "Secret", namespace, volume.string("azureFile.secretName", ""));
        for (var source : List.of("cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos")) {
            add(out, "Secret", namespace, volume.string(source + ".secretRef.name", ""));
        }
        add(out, "Secret", namespace, volume.string("csi.nodePublishSecretRef.name", ""));
        if (volume.has("ephemeral")) {
            add(out, "Claim", namespace, pod + "-" + volume.string("name", ""));
        }
        for (var source : volume.trees("projected.sources")) {
            add(out, "Secret", namespace, source.string("secret.name", ""));
            add(out, "ConfigMap", namespace, source.string("configMap.name", ""));
        }
    }

    private static void add(Set<Ref> out, String kind, String namespace, String name) {
        if (!name.isEmpty()) {
            out.add(new Ref(kind, new ObjectKey(namespace, name)));
        }
    }
}
