package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

import java.time.Duration;
import java.util.HashSet;

/// `kill -9` in the middle of rollouts: the next start goes on where it stood, and makes no pod
/// twice.
@Tag("e2e")
class KilledRolloutTest {

    private static final Duration MOMENT = Duration.ofSeconds(60);

    private static final String WORKLOADS =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 10
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: main, image: "app:1"}]}
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {name: work}
            spec:
              completions: 6
              parallelism: 6
              template:
                spec:
                  restartPolicy: Never
                  containers: [{name: main, image: "app:1"}]
            """;

    @Test
    void goesOnWhereItStoodAndMakesNoPodTwice(TestReporter reporter) {
        try (var cluster = Cluster.start("--control-plane-only")) {
            var kubectl = cluster.kubectl();
            var made = new HashSet<String>();
            try (var nodes = FakeNodeCluster.on(cluster)) {
                kubectl.runWithInput(WORKLOADS, "apply", "-f", "-").expectSuccess();
                kubectl.get("rollout", "status", "deployment/web", "--timeout=60s");
                // the new pods do not get ready: it stands in the middle
                kubectl.get("set", "image", "deployment/web", "main=broken:1");
                kubectl.until(MOMENT, "13 5"::equals, counts("{.status.replicas}"));
                kubectl.until(MOMENT, "6"::equals, JOB_ACTIVE);
                made.addAll(nodes.podsEverOf(newReplicaSet(kubectl)));
            }
            cluster.kill();
            cluster.restart();
            long ready = System.nanoTime();
            try (var nodes = FakeNodeCluster.thatMendWhatIsBroken(cluster)) {
                kubectl.until(MOMENT, "10 10"::equals, counts("{.status.availableReplicas}"));
                var took = Duration.ofNanos(System.nanoTime() - ready);
                reporter.publishEntry("from ready to the end of the rollout", took.toString());
                made.addAll(nodes.podsEverOf(newReplicaSet(kubectl)));
                assertThat(made).hasSize(10);
                assertThat(kubectl.get("get", "pods", "-l", "app=web", "-o", "name").lines())
                        .hasSizeBetween(10, 13);
                var job = kubectl.get("get", "job", "work", "-o", "jsonpath={.metadata.uid}");
                assertThat(nodes.podsEverOf(job)).hasSize(6);
            }
        }
    }

    private static final String[] JOB_ACTIVE = {
        "get", "job", "work", "-o", "jsonpath={.status.active}"
    };

    private static String newReplicaSet(Kubectl kubectl) {
        return kubectl.get(
                "get",
                "replicasets",
                "-o",
                "jsonpath={.items[?(@.metadata.annotations.deployment\\.kubernetes\\.io/revision=="
                        + "\"2\")].metadata.uid}");
    }

    private static String[] counts(String first) {
        return new String[] {
            "get", "deployment", "web", "-o", "jsonpath=" + first + " {.status.updatedReplicas}"
        };
    }
}
