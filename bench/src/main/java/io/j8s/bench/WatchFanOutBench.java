package io.j8s.bench;

import io.j8s.apiserver.cache.CacheWatcher;
import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.cache.StoredResource;
import io.j8s.apiserver.cache.WatchCache;
import io.j8s.apiserver.cache.WatchItem;
import io.j8s.apiserver.cache.WatchQuery;
import io.j8s.apiserver.cache.WatchStart;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.Txn;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/// CPU of the watch cache's fan-out, without any network: one writer, 1,000 watchers drained by two
/// threads that play the I/O threads and count the bytes of every frame.
public final class WatchFanOutBench {

    private static final int WATCHERS = 1000;
    private static final int IO_THREADS = 2;
    private static final int CHANGES = 2000;
    private static final StoredResource RESOURCE =
            new StoredResource(new GroupResource("", "configmaps"), "/registry/configmaps", true);

    private WatchFanOutBench() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        for (int round = 0; round < 3; round++) {
            run(out);
        }
    }

    private static void run(PrintStream out) throws InterruptedException {
        try (var timers = new SystemTimers();
                var store = new MemoryStore(timers);
                var cache = new WatchCache(store, RESOURCE, WatchFanOutBench::decode, timers)) {
            cache.start();
            var snapshot = cache.await(Freshness.LATEST, timers.deadline(Duration.ofSeconds(5)));
            List<IoThread> threads =
                    java.util.stream.Stream.generate(IoThread::new).limit(IO_THREADS).toList();
            for (int i = 0; i < WATCHERS; i++) {
                threads.get(i % IO_THREADS).open(cache, snapshot.revision());
            }
            var before = ProcessCost.now();
            threads.forEach(IoThread::start);
            for (int i = 0; i < CHANGES; i++) {
                Bytes key = Bytes.of("/registry/configmaps/default/n" + i % 50);
                var put = new Op.Put(key, Bytes.wrap(new byte[1600]), 0, false);
                store.txn(new Txn(List.of(), List.of(put), List.of()));
                if (i % 20 == 0) {
                    timers.sleep(Duration.ofMillis(20)); // about what watchers can take
                }
            }
            long bytes = 0;
            for (IoThread thread : threads) {
                bytes += thread.await();
            }
            var after = ProcessCost.now();
            long events = (long) WATCHERS * CHANGES;
            out.printf(
                    "%,d events to %,d watchers: %.2f us CPU an event, %,d MB framed, RSS %d MiB%n",
                    events,
                    WATCHERS,
                    (after.cpuMicros() - before.cpuMicros()) / (double) events,
                    bytes / 1_000_000,
                    after.residentMiB());
        }
    }

    private static EncodedObject decode(KeyValue record) {
        var key = RESOURCE.objectKey(record.key());
        return new EncodedObject(
                new byte[40],
                record.value().array(),
                100,
                record.modRevision(),
                key,
                "uid",
                Map.of("app", "web"),
                List.of(key.name(), key.namespace()));
    }

    /// Polls the watchers that were woken, as Undertow's I/O threads do.
    private static final class IoThread implements Runnable {

        private final BlockingQueue<CacheWatcher> woken = new LinkedBlockingQueue<>();
        private final CountDownLatch done = new CountDownLatch(1);
        private int watchers;
        private long bytes;

        void open(WatchCache cache, long revision) throws InterruptedException {
            var holder = new CacheWatcher[1];
            holder[0] =
                    cache.watch(
                            WatchQuery.ALL,
                            new WatchStart.After(revision),
                            () -> woken.add(holder[0]));
            woken.add(holder[0]);
            watchers++;
        }

        void start() {
            Thread.ofPlatform().daemon().start(this);
        }

        long await() throws InterruptedException {
            done.await();
            return bytes;
        }

        @Override
        public void run() {
            long expected = (long) watchers * CHANGES;
            try {
                for (long seen = 0; seen < expected; ) {
                    CacheWatcher watcher = woken.take();
                    List<WatchItem> items = watcher.poll(100);
                    for (WatchItem item : items) {
                        switch (item) {
                            case WatchItem.Changed(_, var object) ->
                                    object.writeTo((_, _, length) -> bytes += length);
                            default -> throw new IllegalStateException("unexpected " + item);
                        }
                    }
                    seen += items.size();
                    if (!items.isEmpty()) {
                        woken.add(watcher);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                done.countDown();
            }
        }
    }
}
