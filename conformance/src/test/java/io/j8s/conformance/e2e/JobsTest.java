package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.time.Duration;
import java.util.List;

/// Jobs in all their ways to end, by stock kubectl, on nodes that the test plays.
@Tag("e2e")
@ExtendWith(SharedFakeNodes.class)
@ResourceLock(value = SharedFakeNodes.NAME, mode = ResourceAccessMode.READ)
class JobsTest {

    private static final Duration MOMENT = Duration.ofSeconds(60);

    /// @param spec lines of the job's spec, each indented by two
    private static void create(TestNamespace namespace, String spec, String exitCode) {
        var exit =
                exitCode.isEmpty()
                        ? ""
                        : "annotations: {%s: \"%s\"}"
                                .formatted(FakeNodeCluster.EXIT_CODE, exitCode);
        namespace.apply(
                """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: work}
                spec:
                %s
                  template:
                    metadata: {labels: {own: label}, %s}
                    spec:
                      restartPolicy: Never
                      containers: [{name: main, image: "app:1"}]
                """
                        .formatted(spec.stripTrailing(), exit));
    }

    private static void until(TestNamespace namespace, String expected, String jsonpath) {
        namespace.until(
                MOMENT, expected::equals, "get", "job", "work", "-o", "jsonpath=" + jsonpath);
    }

    private static void failsWith(TestNamespace namespace, String reason) {
        until(namespace, reason, "{.status.conditions[?(@.type==\"Failed\")].reason}");
    }

    /// Events come a moment after what they tell of.
    private static void hasEvents(TestNamespace namespace, String... reasons) {
        namespace.until(
                MOMENT,
                seen -> List.of(seen.split(" ", -1)).containsAll(List.of(reasons)),
                "get",
                "events",
                "-o",
                "jsonpath={.items[*].reason}");
    }

    @Test
    void completesAsOftenAsAsked(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            create(namespace, "  completions: 5\n  parallelism: 2", "0");
            assertThat(
                            namespace.get(
                                    "wait",
                                    "--for=condition=complete",
                                    "job/work",
                                    "--timeout=60s"))
                    .isEqualTo("job.batch/work condition met");
            assertThat(namespace.get("get", "job", "work", "--no-headers"))
                    .matches("work\\s+Complete\\s+5/5\\s+\\S+\\s+\\S+");
            assertThat(namespace.get("get", "pods", "--no-headers").lines())
                    .hasSize(5)
                    .allMatch(line -> line.contains("Completed"));
            until(namespace, "{}", "{.status.uncountedTerminatedPods}");
            namespace.until(
                    MOMENT,
                    String::isEmpty,
                    "get",
                    "pods",
                    "-o",
                    "jsonpath={.items[*].metadata.finalizers}");
            hasEvents(namespace, "SuccessfulCreate", "Completed");
        }
    }

    @Test
    void givesEachIndexAPod(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            create(namespace, "  completions: 3\n  parallelism: 3\n  completionMode: Indexed", "0");
            until(namespace, "0-2", "{.status.completedIndexes}");
            assertThat(
                            namespace.get(
                                    "get",
                                    "pods",
                                    "--sort-by=.metadata.labels.batch\\.kubernetes\\.io/job-completion-index",
                                    "-o",
                                    "jsonpath={range .items[*]}"
                                        + "{.metadata.annotations.batch\\.kubernetes\\.io/job-completion-index}{.spec.hostname}"
                                        + " {end}"))
                    .isEqualTo("0work-0 1work-1 2work-2");
        }
    }

    @Test
    void givesUpAfterItsBackoffLimit(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            create(namespace, "  backoffLimit: 1", "7");
            failsWith(namespace, "BackoffLimitExceeded");
            until(
                    namespace,
                    "Job has reached the specified backoff limit",
                    "{.status.conditions[?(@.type==\"Failed\")].message}");
            until(namespace, "2", "{.status.failed}");
        }
    }

    @Test
    void failsAtOnceWhenItsPolicySaysSo(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            create(
                    namespace,
                    """
                      backoffLimit: 6
                      podFailurePolicy:
                        rules:
                        - action: FailJob
                          onExitCodes: {containerName: main, operator: In, values: [42]}
                    """,
                    "42");
            failsWith(namespace, "PodFailurePolicy");
            assertThat(
                            namespace.get(
                                    "get",
                                    "job",
                                    "work",
                                    "-o",
                                    "jsonpath={.status.conditions[?(@.type==\"Failed\")].message}"))
                    .matches(
                            "Container main for pod \\S+ failed with exit code 42 matching FailJob"
                                    + " rule at index 0");
        }
    }

    @Test
    void doesNotCountFailuresThatItsPolicyIgnores(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            create(
                    namespace,
                    """
                      backoffLimit: 0
                      podFailurePolicy:
                        rules:
                        - action: Count
                          onExitCodes: {operator: In, values: [3]}
                    """,
                    "3");
            failsWith(namespace, "BackoffLimitExceeded");
            until(namespace, "1", "{.status.failed}");
        }
    }

    @Test
    void endsAtItsDeadline(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            create(namespace, "  activeDeadlineSeconds: 1", "");
            failsWith(namespace, "DeadlineExceeded");
            until(
                    namespace,
                    "Job was active longer than specified deadline",
                    "{.status.conditions[?(@.type==\"Failed\")].message}");
            namespace.until(MOMENT, String::isEmpty, "get", "pods", "-o", "name");
        }
    }

    @Test
    void sleepsWhileItIsSuspended(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            create(namespace, "  suspend: true", "0");
            until(
                    namespace,
                    "JobSuspended Job suspended",
                    "{.status.conditions[?(@.type==\"Suspended\")].reason}"
                            + " {.status.conditions[?(@.type==\"Suspended\")].message}");
            assertThat(namespace.get("get", "pods", "-o", "name")).isEmpty();
            namespace.get("patch", "job", "work", "-p", "{\"spec\":{\"suspend\":false}}");
            until(namespace, "1", "{.status.succeeded}");
            hasEvents(namespace, "Suspended", "Resumed");
        }
    }

    @Test
    void goesAwayWhenItsTimeToLiveIsOver(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            create(namespace, "  ttlSecondsAfterFinished: 1", "0");
            namespace.until(MOMENT, String::isEmpty, "get", "jobs,pods", "-o", "name");
        }
    }

    @Test
    void comesFromACronJobByHand(FakeNodeCluster cluster) {
        try (var namespace = TestNamespace.in(cluster.kubectl())) {
            namespace.get("create", "cronjob", "often", "--image=app:1", "--schedule=0 0 1 1 *");
            namespace.get("create", "job", "now", "--from=cronjob/often");
            namespace.until(
                    MOMENT, "1"::equals, "get", "job", "now", "-o", "jsonpath={.status.active}");
            assertThat(
                            namespace.get(
                                    "get",
                                    "job",
                                    "now",
                                    "-o",
                                    "jsonpath={.metadata.ownerReferences[0].kind}"
                                            + " {.metadata.annotations}"))
                    .isEqualTo("CronJob {\"cronjob.kubernetes.io/instantiate\":\"manual\"}");
            namespace.get("delete", "cronjob", "often");
            namespace.until(MOMENT, String::isEmpty, "get", "jobs,pods", "-o", "name");
        }
    }
}
