package io.j8s.nodeagent.eviction;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.core.EvictionThresholds;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.images.ImageGarbage;
import io.j8s.nodeagent.linux.Libc;
import io.j8s.nodeagent.linux.Sysctl;
import io.j8s.nodeagent.node.Machine;
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

/// Watches memory, disk and process numbers each ten seconds. Pods that exceed their own limits of
/// the disk end; under pressure the node first frees what can be had again (images), then ends one
/// pod a round. One thread.
public final class NodePressure implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodePressure.class);
    private static final Duration LOOK = Duration.ofSeconds(10); // upstream: monitoringInterval
    private static final Duration GRACE =
            Duration.ofSeconds(1); // upstream: immediateEvictionGracePeriodSeconds

    private final PodTools tools;
    private final PodWorkers pods;
    private final Pressures pressures;
    private final EvictionThresholds thresholds;
    private final ImageGarbage images;
    private final DiskMeter meter;
    private final Timers timers;
    private volatile boolean closed;

    public NodePressure(PodTools tools, PodWorkers pods, Pressures pressures) {
        this.tools = tools;
        this.pods = pods;
        this.pressures = pressures;
        this.thresholds = tools.settings().eviction();
        this.timers = tools.timers();
        this.images = new ImageGarbage(tools.runtime(), timers, tools.images()::forgetGone);
        this.meter = new DiskMeter(tools);
    }

    public void start() {
        tools.threads().execute(this::run);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void run() {
        try {
            while (!closed) {
                timers.sleep(LOOK);
                try {
                    look();
                } catch (IOException | CriException e) {
                    log.atInfo().addKeyValue("cause", e.getMessage()).log("pressure is not known");
                } catch (RuntimeException e) {
                    log.atError().setCause(e).log("eviction failed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws IOException, CriException {
        FileStore disk = Files.getFileStore(tools.paths().root());
        long space = Math.max(1, disk.getTotalSpace());
        long memory = Machine.memoryAvailable();
        boolean isMemoryShort =
                memory < thresholds.of("memory.available", tools.settings().memoryCapacity());
        images.collect(1 - disk.getUsableSpace() / (double) space, space);
        boolean isDiskShort = isDiskShort(disk, space);
        if (isMemoryShort) {
            pressures.seen(Pressures.Kind.MEMORY);
        }
        if (isDiskShort) {
            pressures.seen(Pressures.Kind.DISK);
        }
        if (freePids() < thresholds.of("pid.available", pidsMax())) {
            pressures.seen(Pressures.Kind.PID);
        }
        if (evictOverLimits()) {
            return;
        }
        if (isMemoryShort) {
            attempt("memory");
            evictForMemory(memory);
        } else if (isDiskShort) {
            attempt("ephemeral-storage");
            images.collect(1, space); // what no container uses can be had again
            if (isDiskShort(disk, space)) {
                evictForDisk(disk, space);
            }
        }
    }

    private boolean isDiskShort(FileStore disk, long space) throws IOException {
        // images live on the same disk
        long least =
                Math.max(
                        thresholds.of("nodefs.available", space),
                        thresholds.of("imagefs.available", space));
        var inodes = Libc.inodes(tools.paths().root().toString());
        long fewest =
                Math.max(
                        thresholds.of("nodefs.inodesFree", inodes.total()),
                        thresholds.of("imagefs.inodesFree", inodes.total()));
        return disk.getUsableSpace() < least || (inodes.total() > 0 && inodes.free() < fewest);
    }

    private void attempt(String resource) {
        var name = tools.settings().nodeName();
        tools.events()
                .warning(
                        new ObjectReferenceBuilder()
                                .withKind("Node")
                                .withName(name)
                                .withUid(name) // as upstream: the name stands for the uid
                                .build(),
                        "EvictionThresholdMet",
                        "Attempting to reclaim " + resource);
    }

    /// @return whether any pod had to go
    private boolean evictOverLimits() throws CriException {
        boolean isAny = false;
        Map<String, Map<String, Long>> layers = Map.of();
        for (var pod : pods.pods()) {
            if (PodFacts.hasEnded(pod) || !PodDisk.isLimited(pod)) {
                continue;
            }
            if (layers.isEmpty()) {
                layers = meter.layers();
            }
            var why = meter.of(pod, layers.getOrDefault(PodFacts.uid(pod), Map.of())).excess(pod);
            if (why.isPresent() && evict(pod, why.get(), false)) {
                isAny = true;
            }
        }
        return isAny;
    }

    private void evictForMemory(long available) throws CriException {
        var used = new HashMap<String, Long>();
        var byContainer = new HashMap<String, Map<String, Long>>();
        for (var stats : tools.runtime().listContainerStats()) {
            var labels = stats.getAttributes().getLabelsMap();
            var uid = labels.getOrDefault(RuntimePod.LABEL_UID, "");
            long bytes = stats.getMemory().getWorkingSetBytes().getValue();
            byContainer
                    .computeIfAbsent(uid, _ -> new HashMap<>())
                    .put(labels.getOrDefault(RuntimePod.LABEL_CONTAINER, ""), bytes);
            used.merge(uid, bytes, Long::sum);
        }
        long capacity = tools.settings().memoryCapacity();
        for (var pod : EvictionOrder.of(pods.pods(), used, PodResources::requestedMemory)) {
            var message =
                    EvictionMessages.of(
                            "memory",
                            threshold("memory.available", capacity),
                            available,
                            pod,
                            byContainer.getOrDefault(PodFacts.uid(pod), Map.of()));
            if (evict(pod, message, true)) {
                return;
            }
        }
    }

    private String threshold(String signal, long capacity) {
        return thresholds.limits().getOrDefault(signal, "0").endsWith("%")
                ? EvictionMessages.quantity(thresholds.of(signal, capacity))
                : thresholds.limits().getOrDefault(signal, "0");
    }

    private void evictForDisk(FileStore disk, long space) throws IOException, CriException {
        var layers = meter.layers();
        var used = new HashMap<String, Long>();
        var disks = new HashMap<String, PodDisk>();
        for (var pod : pods.pods()) {
            var uid = PodFacts.uid(pod);
            if (!PodFacts.hasEnded(pod)) {
                var own = meter.of(pod, layers.getOrDefault(uid, Map.of()));
                disks.put(uid, own);
                used.put(uid, own.total());
            }
        }
        var order = EvictionOrder.of(pods.pods(), used, EvictionOrder::requestedStorage);
        for (var pod : order) {
            var own = disks.get(PodFacts.uid(pod));
            var message =
                    EvictionMessages.of(
                            "ephemeral-storage",
                            threshold("nodefs.available", space),
                            disk.getUsableSpace(),
                            pod,
                            own == null ? Map.of() : own.containers());
            if (evict(pod, message, true)) {
                return;
            }
        }
    }

    /// @param isForNode the pod did nothing wrong, the node needs its room
    private boolean evict(Pod pod, String message, boolean isForNode) {
        if (PodResources.isCritical(pod)) {
            return false;
        }
        tools.events().warning(PodFacts.reference(pod, ""), "Evicted", message);
        pods.end(PodFacts.uid(pod), new Verdict("Evicted", message, GRACE, isForNode, false));
        log.atWarn().addKeyValue("pod", PodFacts.inMessages(pod)).log("evicting");
        return true;
    }

    private static long pidsMax() throws IOException {
        return Long.parseLong(Sysctl.read("kernel.pid_max"));
    }

    private static long freePids() throws IOException {
        // the fourth field of loadavg: runnable/all
        var threads = List.of(Files.readString(Path.of("/proc/loadavg")).split(" ", -1)).get(3);
        return pidsMax() - Long.parseLong(threads.substring(threads.indexOf('/') + 1));
    }
}
