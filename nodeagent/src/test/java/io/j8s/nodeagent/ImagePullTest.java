package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.runtime.TestRegistry;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

@Tag("runtime")
@Timeout(300)
class ImagePullTest {

    private static RunningAgent agent;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        agent = new RunningAgent(directory, 24);
    }

    @AfterAll
    static void stop() throws Exception {
        agent.close();
    }

    private static Pod pulling(String name, String image, String policy) {
        Container container =
                new ContainerBuilder()
                        .withName("main")
                        .withImage(image)
                        .withImagePullPolicy(policy)
                        .build();
        return TestPods.pod(name, "Never", container);
    }

    private static void delete(Pod pod) throws Exception {
        agent.cluster.delete(pod, 0);
        agent.awaitGone(pod);
    }

    @Test
    void pullsWhatIsMissingAndAgainWhenAlways() throws Exception {
        try (var registry = new TestRegistry("")) {
            var image = registry.host() + "/app:1";
            var first = agent.cluster.submit(pulling("first", image, "IfNotPresent"));
            agent.awaitPhase(first, "Succeeded");
            assertThat(agent.get("/containerLogs/default/first/main")).isEqualTo("pulled\n");
            agent.awaitEvent(first, "Pulling: Pulling image \"" + image + "\"");
            agent.awaitEvent(
                    first,
                    "the end of the pull",
                    event ->
                            event.matches(
                                    "Pulled: Successfully pulled image .* Image size: \\d+"
                                            + " bytes\\."));
            int before = registry.pulls.get();
            var second = agent.cluster.submit(pulling("second", image, "IfNotPresent"));
            agent.awaitPhase(second, "Succeeded");
            assertThat(registry.pulls.get()).isEqualTo(before);
            var third = agent.cluster.submit(pulling("third", image, "Always"));
            agent.awaitPhase(third, "Succeeded");
            assertThat(registry.pulls.get()).isGreaterThan(before);
            delete(first);
            delete(second);
            delete(third);
        }
    }

    @Test
    void pullSecretOpensAPrivateRegistryAndWithoutItPullingBacksOff() throws Exception {
        try (var registry = new TestRegistry("me:secret")) {
            var image = registry.host() + "/app:1";
            var without = agent.cluster.submit(pulling("without", image, "Always"));
            agent.await(
                    without,
                    "ImagePullBackOff",
                    current ->
                            agent.cluster.eventsOf(current).stream()
                                    .anyMatch(event ->
                                            event.equals(
                                                    "BackOff: Back-off pulling image \""
                                                            + image
                                                            + "\"")));
            assertThat(agent.cluster.eventsOf(without))
                    .contains("Failed: Error: ErrImagePull")
                    .anyMatch(event ->
                            event.startsWith(
                                    "Failed: Failed to pull image \""
                                            + image
                                            + "\": rpc error: code = "));
            var config =
                    "{\"auths\":{\"%s\":{\"username\":\"me\",\"password\":\"secret\"}}}"
                            .formatted(registry.host());
            agent.cluster.secrets.put(
                    new ObjectKey("default", "pull"),
                    new SecretBuilder()
                            .withData(
                                    Map.of(
                                            ".dockerconfigjson",
                                            Base64.getEncoder()
                                                    .encodeToString(
                                                            config.getBytes(
                                                                    StandardCharsets.UTF_8))))
                            .build());
            var pod = pulling("with", image, "Always");
            pod.getSpec().setImagePullSecrets(List.of(new LocalObjectReference("pull")));
            var with = agent.cluster.submit(pod);
            agent.awaitPhase(with, "Succeeded");
            delete(without);
            delete(with);
        }
    }

    @Test
    void nameThatIsNoneIsInvalid() throws Exception {
        var pod = agent.cluster.submit(pulling("bad", "Not An Image", "Always"));
        agent.await(
                pod,
                "InvalidImageName",
                current ->
                        current.getStatus() != null
                                && current.getStatus().toString().contains("InvalidImageName"));
        delete(pod);
    }

    @Test
    void podThatStillPullsIsDeletedAtOnce() throws Exception {
        try (var registry = new TestRegistry("")) {
            var image = registry.host() + "/slow/app:1";
            var pod = agent.cluster.submit(pulling("slow", image, "Always"));
            agent.await(
                    pod,
                    "the pull",
                    current ->
                            agent.cluster
                                    .eventsOf(current)
                                    .contains("Pulling: Pulling image \"" + image + "\""));
            var deadline = agent.timers.deadline(TestRegistry.SLOW.dividedBy(2));
            delete(pod);
            assertThat(deadline.hasPassed()).isFalse();
        }
    }
}
