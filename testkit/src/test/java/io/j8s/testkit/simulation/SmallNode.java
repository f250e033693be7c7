package io.j8s.testkit.simulation;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;

import java.util.Map;

/// The node that the scheduler's tests place pods on: 4 CPUs, 8 GiB, 20 pods.
final class SmallNode {

    private SmallNode() {}

    static Node named(String name) {
        return named(name, Map.of());
    }

    static Node named(String name, Map<String, String> labels) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/hostname", name)
                .addToLabels(labels)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .addToAllocatable("cpu", new Quantity("4"))
                .addToAllocatable("memory", new Quantity("8Gi"))
                .addToAllocatable("pods", new Quantity("20"))
                .endStatus()
                .build();
    }
}
