package io.j8s.nodeagent.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.cri.v1.ContainerMetadata;
import io.j8s.cri.v1.ContainerState;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.PodSandboxState;
import io.j8s.cri.v1.PodSandboxStatus;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.TestPods;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.core.RuntimePod;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

@Timeout(60)
class PodNewsTest {

    private static final RuntimePod RUNNING =
            new RuntimePod(
                    "uid-p",
                    List.of(
                            PodSandboxStatus.newBuilder()
                                    .setId("s")
                                    .setState(PodSandboxState.SANDBOX_READY)
                                    .build()),
                    List.of(
                            ContainerStatus.newBuilder()
                                    .setId("c")
                                    .setMetadata(ContainerMetadata.newBuilder().setName("main"))
                                    .setState(ContainerState.CONTAINER_RUNNING)
                                    .build()));

    private final SystemTimers timers = new SystemTimers();
    private final Pod pod = TestPods.pod("p", "Always", "true");
    private final PodNews news = new PodNews(pod, UnaryOperator.identity());

    @AfterEach
    void forgetInterruption() {
        Thread.interrupted();
    }

    private Pod deletedWithin(long seconds) {
        return new PodBuilder(pod)
                .editMetadata()
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .withDeletionGracePeriodSeconds(seconds)
                .endMetadata()
                .build();
    }

    /// What is expected to end a wait is awaited by the test itself, for which it has its time.
    private boolean goesOnWaiting(RuntimePod actual) throws InterruptedException {
        var ended = new CountDownLatch(1);
        var worker =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                news.await(actual);
                                ended.countDown();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        while (worker.isAlive() && worker.getState() != Thread.State.WAITING) {
            timers.sleep(Duration.ofMillis(1));
        }
        worker.interrupt();
        worker.join();
        return ended.getCount() > 0;
    }

    @Test
    void whatComesWhileARoundGoesOnEndsTheNextWait() throws Exception {
        news.begin();
        assertThat(goesOnWaiting(RUNNING)).isTrue();
        news.end(new Verdict("Evicted", "no room"));
        news.await(RUNNING);
        assertThat(news.begin().verdict()).isEqualTo(new Verdict("Evicted", "no room"));
    }

    @Test
    void roundTakesAllThatWasNoted() throws Exception {
        var changed = deletedWithin(3);
        news.update(changed, _ -> {});
        news.gone();
        news.relisted("{}");
        assertThat(news.begin()).isEqualTo(new PodNews.Round(changed, null, true));
        assertThat(goesOnWaiting(RUNNING)).isTrue();
    }

    @Test
    void ownStatusComingBackIsNoNews() throws Exception {
        news.begin();
        var told =
                new PodBuilder(pod)
                        .withNewStatus()
                        .withPhase("Running")
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build();
        news.update(told, _ -> {});
        assertThat(goesOnWaiting(RUNNING)).isTrue();
        assertThat(news.spec()).isSameAs(told);
    }

    @Test
    void relistIsNewsUnlessThePodRunsAsTheRoundLeftIt() throws Exception {
        news.begin();
        news.relisted(RUNNING.states());
        assertThat(goesOnWaiting(RUNNING)).isTrue();
        news.relisted("{}");
        news.await(RUNNING);
        var none = RuntimePod.none("uid-p");
        news.relisted(none.states());
        news.await(none);
    }

    @Test
    void relistIsTakenOnce() throws Exception {
        news.begin();
        news.relisted("{}");
        assertThat(news.takeRelisted()).isTrue();
        assertThat(news.takeRelisted()).isFalse();
        assertThat(goesOnWaiting(RUNNING)).isTrue();
    }

    @Test
    void interruptionOfAStartDoesNotOutliveIt() {
        news.beginStart();
        assertThat(news.isCutShort()).isFalse();
        news.update(deletedWithin(3), _ -> {});
        assertThat(news.isCutShort()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        news.endStart();
        assertThat(news.isCutShort()).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void interruptionFromElsewhereOutlivesAStart() {
        news.beginStart();
        Thread.currentThread().interrupt();
        news.endStart();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void onlyAStartIsInterrupted() {
        news.gone();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        news.beginStart();
        news.end(new Verdict("Evicted", "no room"));
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void stopIsHurriedOnceForEachShorterGracePeriod() {
        var hurried = new ArrayList<Duration>();
        news.update(deletedWithin(20), hurried::add);
        assertThat(hurried).isEmpty(); // not being stopped yet
        assertThat(news.stopping()).isEmpty();
        news.beginStop(Duration.ofSeconds(20));
        assertThat(news.stopping()).isPresent();
        news.update(deletedWithin(25), hurried::add);
        news.update(deletedWithin(5), hurried::add);
        news.update(deletedWithin(5), hurried::add);
        news.update(deletedWithin(0), hurried::add);
        assertThat(hurried).containsExactly(Duration.ofSeconds(5), Duration.ZERO);
    }

    @Test
    void mirrorIsAnotherOnlyWithAnotherUid() {
        assertThat(news.mirrored(TestPods.pod("m", "Always", "true"))).isTrue();
        assertThat(news.mirrored(TestPods.pod("m", "Always", "true"))).isFalse();
        assertThat(news.mirrored(TestPods.pod("n", "Always", "true"))).isTrue();
    }
}
