package io.j8s.controllers.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/// The server answers by a script; when that is at its end the reflector is interrupted.
@Timeout(60)
class ReflectorTest {

    private static final ObjectKey KEY = new ObjectKey("ns", "m");

    private final TurnedTimers timers = new TurnedTimers();
    private final Informer<ConfigMap> informer = new Informer<>(Kinds.CONFIG_MAPS);
    private final ScriptedServer server = new ScriptedServer();

    private void run() {
        new Reflector<>(
                        server,
                        informer,
                        Informers.Part.whole(informer.kind().resource()),
                        timers,
                        new Random(1))
                .run();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void resumesFromTheLastRevisionSeen() {
        server.list("5", map("5"));
        server.watch(put("7"), bookmark("9"));
        server.watch(put("12"));
        run();
        assertThat(server.asked).containsExactly("list", "watch 5", "watch 9", "watch 12");
        assertThat(informer.get(KEY).map(Meta::version)).contains(12L);
    }

    @Test
    void listsAgainWhenItsRevisionIsTooOld() {
        server.list("5");
        server.watch(() -> {
            throw new StatusException(410, "Expired", "too old resource version: 5 (8)");
        });
        server.list("9", map("9"));
        server.watch(put("10"));
        run();
        assertThat(server.asked).containsExactly("list", "watch 5", "list", "watch 9", "watch 10");
    }

    /// Whatever goes wrong, the informer goes on: it has one thread, and nobody else notices.
    @Test
    void survivesWhatNobodyForesaw() {
        server.lists.add(() -> {
            throw new IllegalStateException("no JSON");
        });
        server.list("5");
        server.watch(
                put("6"),
                () -> {
                    throw new ArrayIndexOutOfBoundsException("cut");
                });
        server.list("8", map("7"));
        server.watch(put("10"));
        run();
        assertThat(server.asked)
                .containsExactly("list", "list", "watch 5", "list", "watch 8", "watch 10");
        assertThat(informer.get(KEY).map(Meta::version)).contains(10L);
    }

    @Test
    void waitsWhenWatchesEndAtOnce() {
        server.list("5");
        for (int i = 0; i < 5; i++) {
            server.watch();
        }
        long began = timers.nanoTime();
        run();
        assertThat(Duration.ofNanos(timers.nanoTime() - began))
                .isBetween(Duration.ofSeconds(40), Duration.ofSeconds(120));
    }

    /// A connection that was lost without a word never ends by itself.
    @Test
    void givesUpAWatchThatIsOverdue() {
        server.list("5");
        var closed = new CountDownLatch(1);
        server.watches.add(
                new Script(closed) {
                    @Override
                    public Api.@Nullable Change<ConfigMap> next() throws InterruptedException {
                        timers.advance(Duration.ofMinutes(11));
                        closed.await();
                        return null;
                    }
                });
        server.watch(put("7"));
        run();
        assertThat(server.asked).containsExactly("list", "watch 5", "watch 5", "watch 7");
    }

    private static ConfigMap map(String version) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("m")
                .withUid("u")
                .withResourceVersion(version)
                .endMetadata()
                .build();
    }

    private interface Step {
        Api.Change<ConfigMap> take();
    }

    private static Step put(String version) {
        return () -> new Api.Change.Put<>(map(version));
    }

    private static Step bookmark(String version) {
        return () -> new Api.Change.Bookmark<>(version);
    }

    private static class Script implements Api.WatchStream<ConfigMap> {
        private final Queue<Step> steps;
        private final CountDownLatch closed;

        Script(CountDownLatch closed, Step... steps) {
            this.steps = new ArrayDeque<>(List.of(steps));
            this.closed = closed;
        }

        @Override
        public Api.@Nullable Change<ConfigMap> next() throws InterruptedException {
            var step = steps.poll();
            return step == null ? null : step.take();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    private interface Listing {
        Api.Page<ConfigMap> take();
    }

    private static final class ScriptedServer implements Api {
        final List<String> asked = new ArrayList<>();
        final Queue<Listing> lists = new ArrayDeque<>();
        final Queue<Script> watches = new ArrayDeque<>();

        void list(String version, ConfigMap... objects) {
            lists.add(() -> new Page<>(List.of(objects), version, ""));
        }

        void watch(Step... steps) {
            watches.add(new Script(new CountDownLatch(1), steps));
        }

        @Override
        @SuppressWarnings("unchecked") // the test asks for config maps only
        public <T extends HasMetadata> Page<T> list(Kind<T> kind, Query query) {
            asked.add("list");
            return (Page<T>) lists.remove().take();
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T extends HasMetadata> WatchStream<T> watch(Kind<T> kind, WatchQuery query) {
            asked.add("watch " + query.resourceVersion());
            var next = watches.poll();
            if (next == null) {
                Thread.currentThread().interrupt();
                next = new Script(new CountDownLatch(1));
            }
            return (WatchStream<T>) next;
        }

        @Override
        public <T extends HasMetadata> T get(Kind<T> kind, ObjectKey key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T extends HasMetadata> T create(Kind<T> kind, T object) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T extends HasMetadata> T update(Kind<T> kind, T object) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T extends HasMetadata> T updateSubresource(
                Kind<T> kind, String subresource, T object) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T extends HasMetadata> T patch(Kind<T> kind, ObjectKey key, Patch patch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void post(Kind<?> kind, ObjectKey key, String subresource, String body) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(Kind<?> kind, ObjectKey key, Delete options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void deleteCollection(Kind<?> kind, String namespace, Delete options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getRaw(String path, String accept) {
            throw new UnsupportedOperationException();
        }
    }
}
