package io.j8s.nodeagent.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.EventRecorder;
import io.j8s.nodeagent.cgroups.Cgroups;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.images.ImageGarbage;
import io.j8s.nodeagent.linux.Libc;
import io.j8s.nodeagent.linux.Sysctl;
import io.j8s.nodeagent.node.Machine;
import io.j8s.nodeagent.node.NodeRegistration;
import io.j8s.nodeagent.pods.PodTools;
import io.j8s.nodeagent.pods.PodWorkers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Watches memory, disk and process numbers each ten seconds. Under pressure it first frees what
/// can be had again (images), then evicts one pod a round, with upstream's default thresholds. A
/// condition stays for five minutes after the pressure.
public final class NodePressure implements NodeRegistration.Pressure, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodePressure.class);
    private static final Duration LOOK = Duration.ofSeconds(10); // upstream: monitoringInterval
    private static final Duration TRANSITION =
            Duration.ofMinutes(5); // evictionPressureTransitionPeriod
    private static final long MEMORY_MIN = 100L * 1024 * 1024; // memory.available<100Mi
    private static final double DISK_MIN = 0.10; // nodefs.available<10%
    private static final double INODES_MIN = 0.05; // nodefs.inodesFree<5%
    private static final double PIDS_MIN = 0.01;

    private final PodTools tools;
    private final PodWorkers pods;
    private final ImageGarbage images;
    private final Timers timers;
    private volatile long memoryShortUntil = Long.MIN_VALUE;
    private volatile long diskShortUntil = Long.MIN_VALUE;
    private volatile long pidShortUntil = Long.MIN_VALUE;
    private volatile boolean closed;

    public NodePressure(PodTools tools, PodWorkers pods) {
        this.tools = tools;
        this.pods = pods;
        this.timers = tools.timers();
        this.images = new ImageGarbage(tools.runtime(), timers);
    }

    public void start() {
        tools.threads().execute(this::run);
    }

    @Override
    public boolean isMemoryShort() {
        return isBefore(memoryShortUntil);
    }

    @Override
    public boolean isDiskShort() {
        return isBefore(diskShortUntil);
    }

    @Override
    public boolean isPidShort() {
        return isBefore(pidShortUntil);
    }

    @Override
    public void close() {
        closed = true;
    }

    private boolean isBefore(long nanos) {
        return nanos != Long.MIN_VALUE && timers.nanoTime() - nanos < 0;
    }

    private void run() {
        try {
            while (!closed) {
                timers.sleep(LOOK);
                try {
                    look();
                } catch (IOException e) {
                    log.atInfo().addKeyValue("cause", e.getMessage()).log("pressure is not known");
                } catch (RuntimeException e) {
                    log.atError().setCause(e).log("eviction failed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws IOException {
        long until = timers.nanoTime() + TRANSITION.toNanos();
        FileStore disk = Files.getFileStore(tools.paths().root());
        double free = disk.getUsableSpace() / (double) Math.max(1, disk.getTotalSpace());
        images.collect(1 - free, disk.getTotalSpace());
        if (free < DISK_MIN || freeInodes() < INODES_MIN) {
            diskShortUntil = until;
            evictForDisk(disk);
        }
        if (freePids() < PIDS_MIN) {
            pidShortUntil = until;
        }
        long memory = Machine.memoryAvailable();
        if (memory < MEMORY_MIN) {
            memoryShortUntil = until;
            evictForMemory(memory);
        }
    }

    private void evictForMemory(long available) {
        var used = new HashMap<String, Long>();
        Cgroups cgroups = tools.cgroups();
        for (var pod : pods.pods()) {
            var path = PodResources.cgroupOf(pod, tools.paths().cgroupParent());
            cgroups.workingSet(path).ifPresent(bytes -> used.put(PodFacts.uid(pod), bytes));
        }
        var order = EvictionOrder.byMemory(pods.pods(), used);
        if (order.isEmpty()) {
            return;
        }
        var pod = order.getFirst();
        evict(
                pod,
                "The node was low on resource: memory. Threshold quantity: 100Mi, available: %dKi. %s"
                        .formatted(available / 1024, usage(pod, used)));
    }

    private static String usage(Pod pod, Map<String, Long> used) {
        long bytes = used.getOrDefault(PodFacts.uid(pod), 0L);
        long request = EvictionOrder.requested(pod);
        return bytes <= request
                ? ""
                : "Container %s was using %dKi, request is %s, has larger consumption of memory. "
                        .formatted(
                                pod.getSpec().getContainers().getFirst().getName(),
                                bytes / 1024,
                                request == 0 ? "0" : request / 1024 + "Ki");
    }

    /// The pod whose own directories and logs are the largest.
    private void evictForDisk(FileStore disk) throws IOException {
        Pod largest = null;
        long most = 0;
        for (var pod : pods.pods()) {
            if (PodFacts.hasEnded(pod) || PodResources.isCritical(pod)) {
                continue;
            }
            long bytes = size(tools.paths().pod(PodFacts.uid(pod)));
            if (largest == null || bytes > most) {
                largest = pod;
                most = bytes;
            }
        }
        if (largest != null) {
            evict(
                    largest,
                    "The node was low on resource: ephemeral-storage. Threshold quantity: %d, available: %dKi. "
                            .formatted(
                                    (long) (disk.getTotalSpace() * DISK_MIN),
                                    disk.getUsableSpace() / 1024));
        }
    }

    private static long size(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return 0;
        }
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private void evict(Pod pod, String message) {
        EventRecorder events = tools.events();
        events.warning(PodFacts.reference(pod, ""), "Evicted", message);
        pods.end(PodFacts.uid(pod), new Verdict("Evicted", message));
        log.atWarn().addKeyValue("pod", PodFacts.inMessages(pod)).log("evicting");
    }

    private double freeInodes() throws IOException {
        var inodes = Libc.inodes(tools.paths().root().toString());
        return inodes.total() == 0 ? 1 : inodes.free() / (double) inodes.total();
    }

    private static double freePids() throws IOException {
        long max = Long.parseLong(Sysctl.read("kernel.pid_max"));
        // the fourth field of loadavg: runnable/all
        var threads = List.of(Files.readString(Path.of("/proc/loadavg")).split(" ", -1)).get(3);
        long running = Long.parseLong(threads.substring(threads.indexOf('/') + 1));
        return (max - running) / (double) Math.max(1, max);
    }
}
