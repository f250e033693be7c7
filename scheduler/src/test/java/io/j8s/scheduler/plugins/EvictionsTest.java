package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.scheduler.core.BackoffPolicy;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PodStatusWriter;
import io.j8s.scheduler.core.SchedulerEvents;
import io.j8s.scheduler.core.SchedulerMetrics;
import io.j8s.scheduler.core.SchedulerState;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// How long a pod is kept from being tried while its victims go, step by step in one thread.
final class EvictionsTest {

    private final SystemTimers timers = new SystemTimers();
    private final Cluster cluster = new Cluster();
    private final List<String> seen = new ArrayList<>();
    private final PodInfo preemptor = new PodInfo(cluster.pod(PodShapes::plain));

    @AfterEach
    void close() {
        timers.close();
    }

    /// A pod's own victims are not all that goes: were it tried when another pod went, it would
    /// remove pods on a second node.
    @Test
    void aPodIsHeldUntilItsLastVictimIsOnItsWay() {
        var first = cluster.pod(pod -> pod.editMetadata().withName("first").endMetadata());
        var last = cluster.pod(pod -> pod.editMetadata().withName("last").endMetadata());
        var informers = new Informers(new NoApi(), timers, new Random(1));
        var api = new Going(informers);
        for (Pod victim : List.of(first, last)) {
            victim.getMetadata().setResourceVersion("1");
            informers.of(Kinds.PODS).put(victim);
        }
        var evictions =
                new Evictions(api, informers.of(Kinds.PODS), state(api, informers), Runnable::run);
        api.evictions.add(evictions);

        evictions.start(
                preemptor, new Victims("n", List.of(new PodInfo(first), new PodInfo(last)), 0));

        assertThat(seen)
                .containsExactly(
                        "first goes: held",
                        "first is gone: held",
                        "last goes: held",
                        "last is gone: free");
        assertThat(evictions.isUnderWayFor(preemptor.uid())).isFalse();
    }

    /// As upstream, whose recorder cannot refer to the preemptor as it gets it.
    @Test
    void theEventNamesThePreemptorInItsTextAlone() {
        var victim = cluster.pod(pod -> pod.editMetadata().withName("victim").endMetadata());
        victim.getMetadata().setResourceVersion("1");
        var informers = new Informers(new NoApi(), timers, new Random(1));
        informers.of(Kinds.PODS).put(victim);
        var api = new Going(informers);
        var evictions =
                new Evictions(api, informers.of(Kinds.PODS), state(api, informers), Runnable::run);
        api.evictions.add(evictions);

        evictions.start(preemptor, new Victims("n", List.of(new PodInfo(victim)), 0));

        assertThat(api.events)
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getMessage())
                            .isEqualTo("Preempted by pod %s on node n".formatted(preemptor.uid()));
                    assertThat(event.getReportingComponent()).isEqualTo("default-scheduler");
                    assertThat(event.getRelated()).isNull();
                });
    }

    /// An API that deletes at once, as a watch tells it before the answer comes.
    private final class Going extends NoApi {

        private final Informers informers;
        private final List<Evictions> evictions = new ArrayList<>();
        private final List<Event> events = new ArrayList<>();

        Going(Informers informers) {
            this.informers = informers;
        }

        @Override
        public <T extends HasMetadata> T patch(Kind<T> kind, ObjectKey key, Patch patch) {
            return informers.of(kind).get(key).orElseThrow();
        }

        @Override
        public <T extends HasMetadata> T create(Kind<T> kind, T object) {
            events.add((Event) object);
            return object;
        }

        @Override
        public void delete(Kind<?> kind, ObjectKey key, Delete options) {
            note(key.name() + " goes");
            var pods = informers.of(Kinds.PODS);
            pods.remove(pods.get(key).orElseThrow());
            note(key.name() + " is gone");
        }

        private void note(String what) {
            boolean isHeld = evictions.getFirst().isUnderWayFor(preemptor.uid());
            seen.add(what + (isHeld ? ": held" : ": free"));
        }
    }

    private SchedulerState state(NoApi api, Informers informers) {
        return new SchedulerState(
                informers,
                timers,
                new SchedulerState.Settings(
                        BackoffPolicy.STANDARD, 0, new Random(1), Runnable::run),
                new SchedulerMetrics(new PrometheusRegistry(), timers),
                new SchedulerEvents(api, timers, Runnable::run, "test"),
                new PodStatusWriter(api, timers));
    }
}
