package io.j8s.controllers.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class WorkQueueTest {

    private final TurnedTimers timers = new TurnedTimers();
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final WorkQueue<String> queue =
            new WorkQueue<>("test", timers, Backoff.standard(timers), new QueueMetrics(registry));

    @Test
    void holdsEachKeyOnceInOrder() {
        queue.add("a");
        queue.add("b");
        queue.add("a");
        assertThat(queue.poll()).isEqualTo("a");
        assertThat(queue.poll()).isEqualTo("b");
        assertThat(queue.poll()).isNull();
    }

    @Test
    void keyAddedDuringWorkComesAgainAfterwardsAndNeverAtTheSameTime() {
        queue.add("a");
        assertThat(queue.poll()).isEqualTo("a");
        queue.add("a");
        assertThat(queue.poll()).isNull();
        queue.done("a", 0);
        assertThat(queue.poll()).isEqualTo("a");
    }

    @Test
    void earliestOfSeveralDelaysCounts() {
        queue.addAfter("a", Duration.ofSeconds(10));
        queue.addAfter("a", Duration.ofSeconds(3));
        queue.addAfter("a", Duration.ofSeconds(30));
        timers.advance(Duration.ofSeconds(2));
        assertThat(queue.size()).isZero();
        timers.advance(Duration.ofSeconds(1));
        assertThat(queue.poll()).isEqualTo("a");
        queue.done("a", 0);
        timers.advance(Duration.ofSeconds(60));
        assertThat(queue.poll()).isNull();
    }

    @Test
    void failuresDoubleTheWaitUntilForgotten() {
        var backoff = Backoff.<String>standard(timers);
        assertThat(backoff.next("a")).isEqualTo(Duration.ofMillis(5));
        assertThat(backoff.next("a")).isEqualTo(Duration.ofMillis(10));
        assertThat(backoff.next("b")).isEqualTo(Duration.ofMillis(5));
        backoff.forget("a");
        assertThat(backoff.next("a")).isEqualTo(Duration.ofMillis(5));
        for (int i = 0; i < 60; i++) {
            backoff.next("c");
        }
        assertThat(backoff.next("c")).isEqualTo(Duration.ofSeconds(1000));
    }

    @Test
    void bucketHoldsBackAFloodOfFailingKeys() {
        var backoff = Backoff.<Integer>standard(timers);
        for (int i = 0; i < 100; i++) {
            assertThat(backoff.next(i)).isEqualTo(Duration.ofMillis(5));
        }
        assertThat(backoff.next(200)).isEqualTo(Duration.ofMillis(100));
        assertThat(backoff.next(201)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void workUnderWayIsTold() {
        assertThat(gauge("workqueue_unfinished_work_seconds")).isZero();
        queue.add("a");
        queue.add("b");
        assertThat(gauge("workqueue_depth")).isEqualTo(2);
        queue.poll();
        timers.advance(Duration.ofSeconds(3));
        queue.poll();
        timers.advance(Duration.ofSeconds(4));
        assertThat(gauge("workqueue_depth")).isZero();
        assertThat(gauge("workqueue_unfinished_work_seconds")).isEqualTo(3 + 4 + 4);
        assertThat(gauge("workqueue_longest_running_processor_seconds")).isEqualTo(3 + 4);
        queue.done("a", 0);
        assertThat(gauge("workqueue_unfinished_work_seconds")).isEqualTo(4);
        queue.done("b", 0);
        assertThat(gauge("workqueue_longest_running_processor_seconds")).isZero();
    }

    @Test
    void whateverIsAddedLaterCountsAsARetry() {
        queue.add("a");
        queue.addAfter("b", Duration.ofSeconds(1));
        queue.addLimited("c");
        assertThat(retries()).isEqualTo(2);
    }

    @Test
    void helpBeginsWithTheStability() {
        assertThat(registry.scrape().stream().map(each -> each.getMetadata().getHelp()))
                .isNotEmpty()
                .allMatch(help -> help.startsWith("[BETA] "));
    }

    private double gauge(String name) {
        for (var snapshot : registry.scrape()) {
            if (snapshot instanceof GaugeSnapshot gauge
                    && gauge.getMetadata().getName().equals(name)) {
                return gauge.getDataPoints().getFirst().getValue();
            }
        }
        throw new IllegalStateException("no " + name);
    }

    private double retries() {
        for (var snapshot : registry.scrape()) {
            if (snapshot instanceof CounterSnapshot counter
                    && counter.getMetadata().getName().equals("workqueue_retries")) {
                return counter.getDataPoints().getFirst().getValue();
            }
        }
        throw new IllegalStateException("no retries");
    }
}
