package io.j8s.bench;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;
import io.j8s.storage.rocks.RocksStore;

import org.HdrHistogram.ConcurrentHistogram;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Durable transactions a second on the embedded engine: `StoreBench DIRECTORY [SECONDS]`. Writers
/// are virtual threads, each compares and replaces its own keys of 1.6 KB, as the API server does.
public final class StoreBench {

    private static final int VALUE_BYTES = 1600;
    private static final int KEYS_PER_WRITER = 80;

    private StoreBench() {}

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        PrintStream out = System.out;
        try (var timers = new SystemTimers();
                var store = new RocksStore(Path.of(args[0]), timers)) {
            run(store, timers, 64, 2, null); // warm
            for (int writers : new int[] {1, 16, 64}) {
                run(store, timers, writers, seconds, out);
            }
            read(store, out);
        }
    }

    private static void run(
            Store store,
            SystemTimers timers,
            int writers,
            int seconds,
            @org.jspecify.annotations.Nullable PrintStream out)
            throws InterruptedException, ExecutionException {
        var latency = new ConcurrentHistogram(3);
        var before = ProcessCost.now();
        long begin = timers.nanoTime();
        long end = begin + Duration.ofSeconds(seconds).toNanos();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                String name = "/registry/bench/writer" + i + "/";
                running.add(
                        tasks.submit(() -> {
                            write(store, timers, name, end, latency);
                            return null;
                        }));
            }
            for (Future<?> task : running) {
                task.get();
            }
        }
        var after = ProcessCost.now();
        long count = latency.getTotalCount();
        if (out != null) {
            out.printf(
                    "%2d writers: %,6d txn/s  p50 %.2f ms  p99 %.2f ms  CPU %d us/txn  RSS %d"
                            + " MiB%n",
                    writers,
                    count / seconds,
                    latency.getValueAtPercentile(50) / 1e3,
                    latency.getValueAtPercentile(99) / 1e3,
                    (after.cpuMicros() - before.cpuMicros()) / Math.max(1, count),
                    after.residentMiB());
        }
    }

    private static void write(
            Store store, SystemTimers timers, String name, long end, ConcurrentHistogram latency)
            throws InterruptedException {
        long[] revisions = new long[KEYS_PER_WRITER];
        for (int i = 0; timers.nanoTime() < end; i = (i + 1) % KEYS_PER_WRITER) {
            Bytes key = Bytes.of(name + i);
            Bytes value = Bytes.wrap(new byte[VALUE_BYTES]);
            long begin = timers.nanoTime();
            var result = store.txn(Txn.update(key, revisions[i], value, 0));
            latency.recordValue((timers.nanoTime() - begin) / 1000);
            revisions[i] = result.succeeded() ? result.revision() : present(store, key);
        }
    }

    private static long present(Store store, Bytes key) throws InterruptedException {
        return store.range(RangeRequest.of(key))
                        instanceof io.j8s.storage.model.RangeResult.Found found
                ? found.records().getFirst().modRevision()
                : 0;
    }

    private static void read(Store store, PrintStream out) throws InterruptedException {
        long begin = System.nanoTime();
        var all = store.range(RangeRequest.prefix(Bytes.of("/registry/bench/"), 0, 0));
        long millis = (System.nanoTime() - begin) / 1_000_000;
        if (all instanceof io.j8s.storage.model.RangeResult.Found found) {
            out.printf("range of %,d records: %d ms%n", found.count(), millis);
        }
    }
}
