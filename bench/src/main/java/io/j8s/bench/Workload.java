package io.j8s.bench;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;

/// The rows of the bench: what pods look like, how many there are before, and upstream's floor.
enum Workload {
    BASIC("680-810") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            // as it comes
        }
    },
    AFFINITY("35") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            pod.editMetadata().addToLabels("color", "blue").endMetadata();
            pod.editSpec()
                    .withNewAffinity()
                    .withNewPodAffinity()
                    .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                    .withTopologyKey("topology.kubernetes.io/zone")
                    .withLabelSelector(
                            new LabelSelectorBuilder().addToMatchLabels("color", "blue").build())
                    .endRequiredDuringSchedulingIgnoredDuringExecution()
                    .endPodAffinity()
                    .endAffinity()
                    .endSpec();
        }

        @Override
        int zones() {
            return 1;
        }

        @Override
        int before(int nodes) {
            return nodes;
        }

        @Override
        int measured(int nodes, int pods) {
            return pods / 2;
        }
    },
    ANTI_AFFINITY("60") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            pod.editMetadata().addToLabels("color", "green").endMetadata();
            pod.editSpec()
                    .withNewAffinity()
                    .withNewPodAntiAffinity()
                    .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                    .withTopologyKey("kubernetes.io/hostname")
                    .withLabelSelector(
                            new LabelSelectorBuilder().addToMatchLabels("color", "green").build())
                    .endRequiredDuringSchedulingIgnoredDuringExecution()
                    .endPodAntiAffinity()
                    .endAffinity()
                    .endSpec();
        }

        @Override
        int before(int nodes) {
            return nodes / 5;
        }

        @Override
        int measured(int nodes, int pods) {
            return nodes / 5;
        }
    },
    PREFERRED_AFFINITY("90") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            pod.editMetadata().addToLabels("foo", "bar").endMetadata();
            pod.editSpec()
                    .withNewAffinity()
                    .withNewPodAffinity()
                    .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                    .withWeight(1)
                    .withNewPodAffinityTerm()
                    .withTopologyKey("kubernetes.io/hostname")
                    .withLabelSelector(
                            new LabelSelectorBuilder().addToMatchLabels("foo", "bar").build())
                    .endPodAffinityTerm()
                    .endPreferredDuringSchedulingIgnoredDuringExecution()
                    .endPodAffinity()
                    .endAffinity()
                    .endSpec();
        }

        @Override
        int before(int nodes) {
            return nodes;
        }

        @Override
        int measured(int nodes, int pods) {
            return pods / 2;
        }
    },
    TOPOLOGY_SPREAD("340-460") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            pod.editMetadata().addToLabels("color", "blue").endMetadata();
            pod.editSpec()
                    .addNewTopologySpreadConstraint()
                    .withMaxSkew(5)
                    .withTopologyKey("topology.kubernetes.io/zone")
                    .withWhenUnsatisfiable("DoNotSchedule")
                    .withLabelSelector(
                            new LabelSelectorBuilder().addToMatchLabels("color", "blue").build())
                    .endTopologySpreadConstraint()
                    .endSpec();
        }

        @Override
        int before(int nodes) {
            return nodes;
        }

        @Override
        int measured(int nodes, int pods) {
            return pods / 2;
        }
    },
    // upstream has it for 1,000 nodes without a floor; with 5,000 its own is commented out
    PREEMPTION("") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            pod.editSpec().withPriority(10).endSpec();
            requests(pod, "3");
        }

        @Override
        void shapeBefore(PodBuilder pod, int i, int nodes) {
            filling(pod);
        }

        @Override
        int before(int nodes) {
            return nodes * 4;
        }

        @Override
        int measured(int nodes, int pods) {
            return nodes;
        }
    },
    PREEMPTION_ASYNC("570") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            // as it comes, beside pods that remove a whole node's others
        }

        @Override
        void shapeBefore(PodBuilder pod, int i, int nodes) {
            filling(pod);
        }

        @Override
        int before(int nodes) {
            return nodes * 4;
        }

        @Override
        int measured(int nodes, int pods) {
            return nodes;
        }

        @Override
        Churn churn() {
            return Churn.PREEMPTORS;
        }
    },
    DAEMON_SET("1,100 at 15,000 nodes") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            pod.editSpec()
                    .withNewAffinity()
                    .withNewNodeAffinity()
                    .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                    .addNewNodeSelectorTerm()
                    .addToMatchFields(
                            new NodeSelectorRequirement(
                                    "metadata.name", "In", java.util.List.of("node-" + i % nodes)))
                    .endNodeSelectorTerm()
                    .endRequiredDuringSchedulingIgnoredDuringExecution()
                    .endNodeAffinity()
                    .endAffinity()
                    .endSpec();
        }
    },
    CHURN("710") {
        @Override
        void shape(PodBuilder pod, int i, int nodes) {
            // as it comes, while nodes and pods come and go
        }

        @Override
        Churn churn() {
            return Churn.NODES_AND_PODS;
        }
    };

    /// What comes and goes beside the measured pods.
    enum Churn {
        NONE,
        NODES_AND_PODS,
        PREEMPTORS
    }

    private final String floor;

    Workload(String floor) {
        this.floor = floor;
    }

    /// Upstream's pods/s; empty where FACTS.md has none.
    String floor() {
        return floor;
    }

    abstract void shape(PodBuilder pod, int i, int nodes);

    void shapeBefore(PodBuilder pod, int i, int nodes) {
        if (this != BASIC && this != DAEMON_SET && this != CHURN) {
            shape(pod, i, nodes);
        }
    }

    int zones() {
        return 3;
    }

    int before(int nodes) {
        return nodes / 5;
    }

    int measured(int nodes, int pods) {
        return pods;
    }

    Churn churn() {
        return Churn.NONE;
    }

    /// Four of them fill a node; they go at once when they are told to.
    private static void filling(PodBuilder pod) {
        pod.editSpec().withTerminationGracePeriodSeconds(0L).endSpec();
        requests(pod, "900m");
    }

    private static void requests(PodBuilder pod, String cpu) {
        pod.editSpec()
                .editFirstContainer()
                .withNewResources()
                .addToRequests("cpu", new Quantity(cpu))
                .addToRequests("memory", new Quantity("500Mi"))
                .endResources()
                .endContainer()
                .endSpec();
    }

    /// A pod for which every other one has to go from a node.
    static Pod preemptor(int i) {
        var builder = new PodBuilder(BASIC.pod("preemptor", i, 1));
        builder.editSpec().withPriority(9_999_999).withTerminationGracePeriodSeconds(0L).endSpec();
        requests(builder, "3970m");
        return builder.build();
    }

    Pod pod(String group, int i, int nodes) {
        var builder =
                new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("bench")
                        .withName(group + "-" + i)
                        .addToLabels("group", group)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("pause")
                        .withImage("registry.k8s.io/pause:3.10")
                        .withNewResources()
                        .addToRequests("cpu", new Quantity("100m"))
                        .addToRequests("memory", new Quantity("500Mi"))
                        .endResources()
                        .endContainer()
                        .endSpec();
        if (group.equals("before")) {
            shapeBefore(builder, i, nodes);
        } else {
            shape(builder, i, nodes);
        }
        return builder.build();
    }
}
