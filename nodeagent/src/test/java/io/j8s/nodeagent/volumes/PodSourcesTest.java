package io.j8s.nodeagent.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.FakeCluster;
import io.j8s.nodeagent.TestPods;
import io.j8s.nodeagent.api.ClusterApi;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

class PodSourcesTest {

    private static final Set<String> QUESTIONS = Set.of("configMap", "secret", "createToken");

    private final FakeCluster cluster = new FakeCluster();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger questions = new AtomicInteger();

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    /// What happens before the API server answers one of the questions.
    private interface Before {
        void question() throws InterruptedException;
    }

    private ClusterApi api(Before before) {
        return (ClusterApi)
                Proxy.newProxyInstance(
                        ClusterApi.class.getClassLoader(),
                        new Class<?>[] {ClusterApi.class},
                        (_, method, args) -> {
                            if (QUESTIONS.contains(method.getName())) {
                                questions.incrementAndGet();
                                before.question();
                            }
                            try {
                                return method.invoke(cluster, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private PodSources ask(ClusterApi api) {
        return PodSources.ask(
                pod(),
                api,
                new TokenCache(api, new SystemTimers()),
                new PodSources.Asking(threads, new Semaphore(8)));
    }

    private static ServiceAccountTokenProjection token() {
        var wanted = new ServiceAccountTokenProjection();
        wanted.setPath("token");
        return wanted;
    }

    private static Pod pod() {
        return new PodBuilder(TestPods.pod("p", "Always", "true"))
                .editSpec()
                .addNewVolume()
                .withName("mounted")
                .withNewProjected()
                .addNewSource()
                .withServiceAccountToken(token())
                .endSource()
                .addNewSource()
                .withNewConfigMap()
                .withName("map")
                .endConfigMap()
                .endSource()
                .endProjected()
                .endVolume()
                .addNewVolume()
                .withName("also-mounted")
                .withNewSecret()
                .withSecretName("secret")
                .endSecret()
                .endVolume()
                .addNewVolume()
                .withName("unused")
                .withNewConfigMap()
                .withName("nobody-reads-it")
                .endConfigMap()
                .endVolume()
                .editFirstContainer()
                .addNewVolumeMount()
                .withName("mounted")
                .withMountPath("/a")
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("also-mounted")
                .withMountPath("/b")
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build();
    }

    private void fill() {
        cluster.configMaps.put(
                new ObjectKey("default", "map"),
                new ConfigMapBuilder().addToData("k", "v").build());
        cluster.secrets.put(new ObjectKey("default", "secret"), new SecretBuilder().build());
    }

    @Test
    void everythingThatIsUsedIsAskedForAtTheSameTime() throws Exception {
        fill();
        var all = new CountDownLatch(3);
        var sources =
                ask(
                        api(() -> {
                            all.countDown();
                            assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
                        }));
        assertThat(sources.token(token())).isEqualTo("token-1");
        assertThat(sources.configMap("map").orElseThrow().getData()).containsEntry("k", "v");
        assertThat(sources.secret("secret")).isPresent();
        assertThat(questions).hasValue(3);
    }

    @Test
    void whatWasNotAskedForAheadIsAskedForWhenItIsWanted() throws Exception {
        var sources = ask(api(() -> {}));
        assertThat(sources.configMap("another")).isEmpty();
        assertThat(sources.configMap("map")).isEmpty();
    }

    @Test
    void onlyARefusalOfTheFirstMomentIsAskedAgain() throws Exception {
        fill();
        var worker = Thread.currentThread();
        var early =
                ask(
                        api(() -> {
                            if (!Thread.currentThread().equals(worker)) {
                                throw new KubernetesClientException("no relationship", 403, null);
                            }
                        }));
        assertThat(early.secret("secret")).isPresent();
        var down =
                ask(
                        api(() -> {
                            throw new KubernetesClientException("away", 503, null);
                        }));
        assertThatThrownBy(() -> down.secret("secret")).hasMessage("away");
        assertThatThrownBy(() -> down.token(token()))
                .isInstanceOf(VolumeException.class)
                .hasMessage("failed to fetch token: away");
    }
}
