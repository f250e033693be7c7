package io.j8s.nodeagent;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.nodeagent.runtime.TestImages;

/// Pods for tests.
public final class TestPods {

    private TestPods() {}

    public static Container container(String name, String script) {
        return new ContainerBuilder()
                .withName(name)
                .withImage(TestImages.BUSYBOX)
                .withImagePullPolicy("IfNotPresent")
                .withCommand("sh", "-c", script)
                .build();
    }

    public static Pod pod(String name, String restartPolicy, Container... containers) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .withUid("uid-" + name)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .withRestartPolicy(restartPolicy)
                .withTerminationGracePeriodSeconds(3L)
                .withContainers(containers)
                .endSpec()
                .build();
    }

    public static Pod pod(String name, String restartPolicy, String script) {
        return pod(name, restartPolicy, container("main", script));
    }
}
