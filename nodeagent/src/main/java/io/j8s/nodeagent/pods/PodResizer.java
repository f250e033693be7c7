package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.j8s.controllers.runtime.ObjectJson;
import io.j8s.cri.v1.ContainerStats;
import io.j8s.nodeagent.cgroups.CgroupLimits;
import io.j8s.nodeagent.core.Allocation;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResize;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.core.ResizeConditions;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one pod was promised of the node and what the runtime was told of it, kept in a file so
/// that a new agent knows it. The pod's worker changes it; [#allocated] may be called by anyone.
final class PodResizer {

    private static final Logger log = LoggerFactory.getLogger(PodResizer.class);

    /// Gives a pod more or less of the node, or says why not.
    interface Grants {
        /// @param accept called while nobody else is given anything
        Optional<Verdict> grant(Pod desired, Runnable accept);
    }

    private final PodTools tools;
    private final Path file;
    private final Grants grants;
    private final ResizeConditions conditions;
    private volatile Allocation allocated;
    private Allocation actuated;
    private @Nullable CgroupLimits podLimits;

    PodResizer(PodTools tools, Pod pod, Grants grants) {
        this.tools = tools;
        this.grants = grants;
        this.file = tools.paths().pod(PodFacts.uid(pod)).resolve("resources.json");
        this.conditions = ResizeConditions.of(pod);
        var known = read();
        this.allocated = known.getOrDefault("allocated", Allocation.of(pod));
        this.actuated = known.getOrDefault("actuated", allocated);
        if (known.isEmpty()) {
            write();
        }
    }

    /// The pod with what it was promised instead of what it asks for.
    Pod allocated(Pod pod) {
        return allocated.appliedTo(pod);
    }

    Allocation actuated() {
        return actuated;
    }

    List<PodCondition> conditions() {
        return conditions.all();
    }

    boolean isWaiting() {
        return conditions.isPending();
    }

    /// Tries to get what the pod asks for. upstream: handlePodResourcesResize.
    ///
    /// @return the pod with what it was promised
    Pod allocate(Pod desired) {
        if (allocated.isThatOf(desired)) {
            conditions.clearPending();
            return desired;
        }
        var wanted = Allocation.of(desired);
        var refusal =
                grants.grant(
                        desired,
                        () -> {
                            allocated = wanted;
                            write();
                        });
        var now = tools.timers().now();
        if (refusal.isPresent()) {
            var why = refusal.get();
            if (conditions.defer(why.message(), generation(desired), now)) {
                tell(desired, true, "ResizeDeferred", "Pod resize " + why.reason(), why.message());
            }
            return allocated.appliedTo(desired);
        }
        conditions.clearPending();
        conditions.begin(generation(desired), now);
        tell(desired, false, "ResizeStarted", "Pod resize started", "");
        return desired;
    }

    /// Compares promise and truth, before the status is made.
    void look(Pod pod, RuntimePod actual) {
        if (PodResize.isInProgress(pod, actual, actuated)) {
            conditions.goOn(generation(pod), tools.timers().now());
        } else if (conditions.end().isPresent()) {
            tell(pod, false, "ResizeCompleted", "Pod resize completed", "");
        }
    }

    /// A container that starts has what the pod was promised.
    void started(io.fabric8.kubernetes.api.model.Container container) {
        var changed = actuated.with(container);
        if (!changed.equals(actuated)) {
            actuated = changed;
            write();
        }
    }

    /// Tells the runtime and the pod's group what changed. First the group grows, then containers
    /// change, then it shrinks, so that their sum never exceeds it.
    ///
    /// @param isRestarting containers are about to be started anew with other limits
    /// @return false when it did not work and is to be tried again
    boolean actuate(Pod pod, RuntimePod actual, boolean isRestarting) {
        var wanted = PodResources.ofPod(pod);
        var before = podLimits == null ? PodResources.ofPod(actuated.appliedTo(pod)) : podLimits;
        var updates = PodResize.updates(pod, actual, actuated);
        boolean isPodBehind = PodResize.isPodBehind(pod, actuated);
        if (wanted.equals(before) && updates.isEmpty() && !isPodBehind) {
            return true;
        }
        try {
            refuseShrinkingBelowUse(pod, wanted, before, updates);
            var group = SandboxStarter.cgroup(tools, pod);
            setGroup(group, larger(wanted, before));
            for (var update : updates) {
                tools.runtime()
                        .updateContainerResources(
                                update.containerId(),
                                PodResources.ofContainer(
                                        pod,
                                        update.container(),
                                        tools.settings().memoryCapacity()));
                actuated = actuated.with(update.container());
            }
            if (!isRestarting) {
                setGroup(group, wanted);
                actuated = actuated.withPod(pod.getSpec().getResources());
            }
            write();
            return true;
        } catch (CriException | IOException e) {
            var message = String.valueOf(e.getMessage());
            if (conditions.fail(message, generation(pod), tools.timers().now())) {
                tell(pod, true, "ResizeError", "Pod resize error", message);
            }
            return false;
        }
    }

    /// Also before the pod's first sandbox.
    void createGroup(Pod pod) throws IOException {
        setGroup(SandboxStarter.cgroup(tools, pod), PodResources.ofPod(pod));
    }

    private void setGroup(String group, CgroupLimits limits) throws IOException {
        tools.cgroups().create(group, limits);
        podLimits = limits;
    }

    /// Zero and less mean without a limit.
    private static CgroupLimits larger(CgroupLimits a, CgroupLimits b) {
        return new CgroupLimits(
                Math.max(a.cpuShares(), b.cpuShares()),
                larger(a.cpuQuotaUs(), b.cpuQuotaUs()),
                a.cpuPeriodUs(),
                larger(a.memoryBytes(), b.memoryBytes()));
    }

    private static long larger(long a, long b) {
        return a <= 0 || b <= 0 ? -1 : Math.max(a, b);
    }

    /// The kernel would kill what uses more. upstream: validateMemoryResizeAction.
    private void refuseShrinkingBelowUse(
            Pod pod, CgroupLimits wanted, CgroupLimits before, List<PodResize.Update> updates)
            throws CriException, IOException {
        var shrinking = new LinkedHashMap<String, Long>();
        for (var update : updates) {
            var container = update.container();
            long limit = PodResources.memoryLimit(pod, container);
            long old =
                    actuated.of(container.getName())
                            .map(known -> PodResources.bytes(known.getLimits(), "memory"))
                            .orElse(0L);
            if (limit > 0 && (old == 0 || limit < old)) {
                shrinking.put(container.getName(), limit);
            }
        }
        boolean isPodShrinking =
                wanted.memoryBytes() > 0
                        && (before.memoryBytes() <= 0
                                || wanted.memoryBytes() < before.memoryBytes());
        if (shrinking.isEmpty() && !isPodShrinking) {
            return;
        }
        var used = memoryUse(PodFacts.uid(pod));
        var problems = new ArrayList<String>();
        long sum = used.values().stream().mapToLong(Long::longValue).sum();
        if (isPodShrinking && sum >= wanted.memoryBytes()) {
            problems.add(
                    "attempting to set pod memory limit (%d) below current usage (%d)"
                            .formatted(wanted.memoryBytes(), sum));
        }
        shrinking.forEach((name, limit) -> {
            if (used.getOrDefault(name, 0L) >= limit) {
                problems.add(
                        "attempting to set container \"%s\" memory limit (%d) below current usage (%d)"
                                .formatted(name, limit, used.get(name)));
            }
        });
        if (!problems.isEmpty()) {
            throw new IOException(
                    "cannot decrease memory limits: "
                            + (problems.size() == 1
                                    ? problems.getFirst()
                                    : "[" + String.join(", ", problems) + "]"));
        }
    }

    private Map<String, Long> memoryUse(String uid) throws CriException {
        var used = new HashMap<String, Long>();
        for (ContainerStats stats : tools.runtime().listContainerStats()) {
            var labels = stats.getAttributes().getLabelsMap();
            if (uid.equals(labels.get(RuntimePod.LABEL_UID))) {
                var memory = stats.getMemory();
                used.put(
                        labels.getOrDefault(RuntimePod.LABEL_CONTAINER, ""),
                        memory.hasUsageBytes()
                                ? memory.getUsageBytes().getValue()
                                : memory.getWorkingSetBytes().getValue());
            }
        }
        return used;
    }

    /// upstream: podResizeMessage. What the pod asks for is told as JSON.
    private void tell(Pod pod, boolean isWarning, String reason, String prefix, String error) {
        var summary = new LinkedHashMap<String, Object>();
        if (!pod.getSpec().getInitContainers().isEmpty()) {
            summary.put("initContainers", summaries(pod.getSpec().getInitContainers()));
        }
        summary.put("containers", summaries(pod.getSpec().getContainers()));
        summary.put("generation", generation(pod));
        if (!error.isEmpty()) {
            summary.put("error", error);
        }
        var message = prefix + ": " + ObjectJson.write(summary);
        var about = PodFacts.reference(pod, "");
        if (isWarning) {
            tools.events().warning(about, reason, message);
        } else {
            tools.events().normal(about, reason, message);
        }
    }

    private static List<Map<String, Object>> summaries(
            List<io.fabric8.kubernetes.api.model.Container> containers) {
        var all = new ArrayList<Map<String, Object>>();
        for (var container : containers) {
            var one = new LinkedHashMap<String, Object>();
            one.put("name", container.getName());
            one.put(
                    "resources",
                    container.getResources() == null ? Map.of() : container.getResources());
            all.add(one);
        }
        return all;
    }

    private static long generation(Pod pod) {
        var generation = pod.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    private void write() {
        try {
            Files.createDirectories(file.getParent());
            var next = file.resolveSibling("resources.json.new");
            Files.writeString(
                    next,
                    ObjectJson.write(
                            Map.of(
                                    "allocated", asMap(allocated),
                                    "actuated", asMap(actuated))));
            Files.move(
                    next,
                    file,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            log.atWarn().setCause(e).log("a pod's resources could not be kept");
        }
    }

    private static Map<String, Object> asMap(Allocation allocation) {
        var map = new LinkedHashMap<String, Object>();
        map.put("containers", allocation.containers());
        if (allocation.pod() != null) {
            map.put("pod", allocation.pod());
        }
        return map;
    }

    @SuppressWarnings("unchecked") // a JSON object is a map by name
    private Map<String, Allocation> read() {
        var known = new HashMap<String, Allocation>();
        if (!Files.exists(file)) {
            return known;
        }
        try {
            var text = ObjectJson.readMap(Files.readString(file));
            text.forEach((name, value) -> {
                var kept = (Map<String, Object>) value;
                var containers = new HashMap<String, ResourceRequirements>();
                ((Map<String, Object>) kept.getOrDefault("containers", Map.of()))
                        .forEach((container, resources) ->
                                containers.put(container, resources(resources)));
                var own = kept.get("pod");
                known.put(name, new Allocation(containers, own == null ? null : resources(own)));
            });
        } catch (IOException | RuntimeException e) {
            log.atWarn().addKeyValue("file", file).setCause(e).log("not the resources of a pod");
            known.clear();
        }
        return known;
    }

    private static ResourceRequirements resources(Object json) {
        return ObjectJson.convert(json, ResourceRequirements.class);
    }
}
