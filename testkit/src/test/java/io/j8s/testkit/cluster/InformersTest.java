package io.j8s.testkit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Store;
import io.j8s.storage.rocks.RocksStore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// Many write, many watch, watches break off and are taken up again: in the end everybody has seen
/// what a list shows.
class InformersTest {

    private static final int WRITERS = 6;
    private static final int FOLLOWERS = 6;
    private static final int WRITES = Integer.getInteger("j8s.writes", 250);
    private static final int OBJECTS = 20;

    @Test
    void endWithWhatAListShows() throws Exception {
        var timers = new SystemTimers();
        run(new MemoryStore(timers), timers, 1);
    }

    @Test
    void endWithWhatAListShowsOnTheEmbeddedStore(@TempDir Path directory) throws Exception {
        var timers = new SystemTimers();
        run(new RocksStore(directory, timers), timers, 2);
    }

    private static void run(Store store, SystemTimers timers, long seed) throws Exception {
        try (var server = new ServerInProcess(store, timers);
                var informers = new Informers(server.api(), timers, new Random(seed))) {
            server.api()
                    .create(
                            Kinds.NAMESPACES,
                            new NamespaceBuilder()
                                    .withNewMetadata()
                                    .withName("n")
                                    .endMetadata()
                                    .build());
            var cached = informers.of(Kinds.CONFIG_MAPS);
            var told = new ConcurrentHashMap<ObjectKey, String>();
            cached.onChange((before, after) -> note(told, before, after));
            informers.start();
            var ended = new AtomicBoolean();
            var failure = new AtomicReference<@Nullable Throwable>();
            var followers = new ArrayList<Follower>();
            try (var following = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < FOLLOWERS; i++) {
                    var follower = new Follower(server.api(), new Random(seed * 100 + i), ended);
                    followers.add(follower);
                    following.execute(() -> guarded(failure, follower::run));
                }
                writeAll(server.api(), seed, failure);
                var wanted = versions(server.api().list(Kinds.CONFIG_MAPS, ALL).items());
                until(timers, wanted, () -> versions(cached.list()));
                until(timers, wanted, () -> new TreeMap<>(told));
                for (var follower : followers) {
                    until(timers, wanted, () -> new TreeMap<>(follower.seen));
                }
                ended.set(true);
            }
            assertThat(failure.get()).isNull();
        }
    }

    private static void writeAll(Api api, long seed, AtomicReference<@Nullable Throwable> failure) {
        try (var writing = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WRITERS; i++) {
                var random = new Random(seed * 1000 + i);
                writing.execute(() -> guarded(failure, () -> write(api, random)));
            }
        }
    }

    private static final Api.Query ALL = Api.Query.all("");

    private static void until(
            SystemTimers timers,
            Map<ObjectKey, String> wanted,
            Supplier<Map<ObjectKey, String>> seen)
            throws InterruptedException {
        var deadline = timers.deadline(Duration.ofSeconds(30));
        while (!seen.get().equals(wanted) && !deadline.hasPassed()) {
            timers.sleep(Duration.ofMillis(20));
        }
        assertThat(seen.get()).isEqualTo(wanted);
    }

    private static void note(
            Map<ObjectKey, String> told,
            @Nullable HasMetadata before,
            @Nullable HasMetadata after) {
        if (after != null) {
            told.put(Meta.key(after), after.getMetadata().getResourceVersion());
        } else if (before != null) {
            told.remove(Meta.key(before));
        }
    }

    private static Map<ObjectKey, String> versions(Collection<ConfigMap> objects) {
        var found = new TreeMap<ObjectKey, String>();
        for (var object : objects) {
            found.put(Meta.key(object), object.getMetadata().getResourceVersion());
        }
        return found;
    }

    private static void write(Api api, Random random) {
        for (int i = 0; i < WRITES; i++) {
            var key = new ObjectKey("n", "m" + random.nextInt(OBJECTS));
            var object =
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace(key.namespace())
                            .withName(key.name())
                            .endMetadata()
                            .withData(Map.of("text", "x".repeat(random.nextInt(3000))))
                            .build();
            try {
                switch (random.nextInt(10)) {
                    case 0, 1 -> api.create(Kinds.CONFIG_MAPS, object);
                    case 2 -> api.delete(Kinds.CONFIG_MAPS, key, Api.Delete.PLAIN);
                    default -> api.update(Kinds.CONFIG_MAPS, object);
                }
            } catch (StatusException refused) {
                assertThat(refused.reason()).isIn("AlreadyExists", "NotFound", "Conflict");
            }
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    @SuppressWarnings("CatchingUnchecked")
    private static void guarded(AtomicReference<@Nullable Throwable> failure, Work work) {
        try {
            work.run();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error failed) {
            failure.compareAndSet(null, failed);
        }
    }

    /// Follows by watches that end soon, by their own time limit or because it leaves.
    private static final class Follower {
        final Map<ObjectKey, String> seen = new ConcurrentHashMap<>();
        private final Api api;
        private final Random random;
        private final AtomicBoolean ended;

        Follower(Api api, Random random, AtomicBoolean ended) {
            this.api = api;
            this.random = random;
            this.ended = ended;
        }

        void run() throws InterruptedException {
            var page = api.list(Kinds.CONFIG_MAPS, ALL);
            page.items().forEach(object -> note(seen, null, object));
            var version = page.resourceVersion();
            while (!ended.get()) {
                int events = random.nextInt(40);
                var query = new Api.WatchQuery("", "", version, Duration.ofSeconds(1));
                try (var stream = api.watch(Kinds.CONFIG_MAPS, query)) {
                    for (var change = stream.next(); change != null; change = stream.next()) {
                        version = take(change, version);
                        if (events-- == 0) {
                            break;
                        }
                    }
                }
            }
        }

        private String take(Api.Change<ConfigMap> change, String version) {
            return switch (change) {
                case Api.Change.Put<ConfigMap>(var object) -> {
                    note(seen, null, object);
                    yield rising(version, object);
                }
                case Api.Change.Gone<ConfigMap>(var object) -> {
                    note(seen, object, null);
                    yield rising(version, object);
                }
                case Api.Change.Bookmark<ConfigMap>(var newer) -> {
                    assertThat(Long.parseLong(newer))
                            .isGreaterThanOrEqualTo(Long.parseLong(version));
                    yield newer;
                }
                case Api.Change.Refused<ConfigMap>(var cause) -> throw cause;
            };
        }

        private String rising(String version, ConfigMap object) {
            assertThat(Meta.version(object)).isGreaterThan(Long.parseLong(version));
            return object.getMetadata().getResourceVersion();
        }
    }
}
