package io.j8s.nodeagent.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeRuntimeHandler;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.controllers.runtime.ObjectJson;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.api.EventRecorder;
import io.j8s.nodeagent.core.StatusPatch;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/// Keeps the Node object: creates it, keeps its labels, tells capacity, conditions, addresses and
/// images, and renews the lease. Two threads, one for the status, one for the lease.
public final class NodeRegistration implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodeRegistration.class);
    private static final Duration LOOK =
            Duration.ofSeconds(10); // upstream: nodeStatusUpdateFrequency
    private static final Duration FIRST_LOOK =
            Duration.ofMillis(100); // upstream: fastStatusUpdateOnce, until the node is ready
    private static final Duration REPORT =
            Duration.ofMinutes(5); // upstream: nodeStatusReportFrequency
    private static final Duration RETRY = Duration.ofMillis(500);

    /// What the status is made of and does not change.
    ///
    /// @param podCidrs empty when the control plane gives them
    public record Identity(
            String name,
            List<String> addresses,
            Map<String, String> labels,
            Map<String, String> annotations,
            List<String> podCidrs,
            Map<String, Quantity> capacity,
            Map<String, Quantity> allocatable,
            String version) {

        public Identity {
            addresses = List.copyOf(addresses);
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
            podCidrs = List.copyOf(podCidrs);
        }
    }

    /// What eviction knows of pressure.
    public interface Pressure {
        boolean isMemoryShort();

        boolean isDiskShort();

        boolean isPidShort();
    }

    private final ClusterApi api;
    private final ContainerRuntime runtime;
    private final EventRecorder events;
    private final Timers timers;
    private final Identity identity;
    private final IntSupplier port;
    private final BooleanSupplier arePodsHealthy;
    private final Pressure pressure;
    private volatile @Nullable Node node;
    private volatile boolean closed;
    private volatile boolean isShuttingDown;
    private Instant reportedAt = Instant.EPOCH;

    public NodeRegistration(
            ClusterApi api,
            ContainerRuntime runtime,
            EventRecorder events,
            Timers timers,
            Identity identity,
            IntSupplier port,
            BooleanSupplier arePodsHealthy,
            Pressure pressure) {
        this.api = api;
        this.runtime = runtime;
        this.events = events;
        this.timers = timers;
        this.identity = identity;
        this.port = port;
        this.arePodsHealthy = arePodsHealthy;
        this.pressure = pressure;
    }

    /// Returns when the Node exists and has its first status.
    public Node register() throws InterruptedException {
        while (true) {
            try {
                var registered = createOrTakeOver();
                node = registered;
                events.normal(reference(), "Starting", "Starting kubelet.");
                updateStatus();
                return registered;
            } catch (KubernetesClientException e) {
                log.atInfo()
                        .addKeyValue("cause", e.getMessage())
                        .log("API server does not take the node yet");
                timers.sleep(RETRY);
            }
        }
    }

    public void start(ExecutorService threads) {
        threads.execute(this::keepStatus);
        threads.execute(this::keepLease);
    }

    /// The Node as last seen.
    public @Nullable Node node() {
        return node;
    }

    /// The machine goes down: the node is no longer ready, and says why.
    public void shutDown() {
        isShuttingDown = true;
        try {
            updateStatus();
        } catch (KubernetesClientException e) {
            log.atInfo().addKeyValue("cause", e.getMessage()).log("shutdown could not be told");
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private Node createOrTakeOver() {
        var found = api.node(identity.name());
        if (found.isEmpty()) {
            return api.createNode(fresh());
        }
        // what others set stays, ours is put right
        var meta = found.get().getMetadata();
        var labels = missing(labels(), meta.getLabels());
        var annotations = missing(annotations(), meta.getAnnotations());
        return labels.isEmpty() && annotations.isEmpty()
                ? found.get()
                : api.patchNode(
                        identity.name(),
                        Map.of("metadata", Map.of("labels", labels, "annotations", annotations)));
    }

    private static Map<String, String> missing(
            Map<String, String> wanted, @Nullable Map<String, String> present) {
        var missing = new HashMap<>(wanted);
        missing.entrySet()
                .removeIf(each ->
                        present != null && each.getValue().equals(present.get(each.getKey())));
        return missing;
    }

    private Map<String, String> annotations() {
        var annotations = new HashMap<>(identity.annotations());
        annotations.put("volumes.kubernetes.io/controller-managed-attach-detach", "true");
        return annotations;
    }

    private Node fresh() {
        var builder =
                new NodeBuilder()
                        .withNewMetadata()
                        .withName(identity.name())
                        .withLabels(labels())
                        .withAnnotations(annotations())
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .withStatus(status(new NodeStatus()));
        if (!identity.podCidrs().isEmpty()) {
            builder.editSpec()
                    .withPodCIDR(identity.podCidrs().getFirst())
                    .withPodCIDRs(identity.podCidrs())
                    .endSpec();
        }
        return builder.build();
    }

    private Map<String, String> labels() {
        var labels = new LinkedHashMap<>(identity.labels());
        labels.put("beta.kubernetes.io/arch", Machine.architecture());
        labels.put("beta.kubernetes.io/os", "linux");
        labels.put("kubernetes.io/arch", Machine.architecture());
        labels.put("kubernetes.io/hostname", identity.name());
        labels.put("kubernetes.io/os", "linux");
        return labels;
    }

    private void keepStatus() {
        try {
            while (!closed) {
                timers.sleep(isReady() ? LOOK : FIRST_LOOK);
                try {
                    updateStatus();
                } catch (KubernetesClientException e) {
                    if (e.getCode() == 404) {
                        register(); // somebody deleted the Node: a running kubelet makes it anew
                    }
                    log.atDebug().addKeyValue("cause", e.getMessage()).log("status not reported");
                } catch (RuntimeException e) {
                    log.atError().setCause(e).log("node status failed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isReady() {
        var known = node;
        return known != null
                && known.getStatus() != null
                && known.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                condition.getType().equals("Ready")
                                        && condition.getStatus().equals("True"));
    }

    private void keepLease() {
        var lease = new NodeLease(api, timers, identity.name());
        var wait = Duration.ofSeconds(10);
        try {
            while (!closed) {
                var owner = node;
                if (owner != null) {
                    wait = lease.renew(owner, wait);
                }
                timers.sleep(wait);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Tells what changed at once, and everything anew each five minutes; the lease is the
    /// heartbeat.
    private void updateStatus() {
        var known = node;
        if (known == null) {
            return;
        }
        var current = known;
        if (Duration.between(reportedAt, timers.now()).compareTo(LOOK) >= 0) {
            current = api.node(identity.name()).orElse(null);
        }
        if (current == null) {
            throw new KubernetesClientException("node not found", 404, null);
        }
        var old = current.getStatus() == null ? new NodeStatus() : current.getStatus();
        var wanted = status(old);
        tellChanges(old, wanted);
        boolean isDue = Duration.between(reportedAt, timers.now()).compareTo(REPORT) >= 0;
        var patch = StatusPatch.between(asMap(old), asMap(wanted));
        if (patch.isPresent() && (isDue || isChange(old, wanted))) {
            current = api.patchNodeStatus(identity.name(), Map.of("status", patch.get()));
            reportedAt = timers.now();
        }
        node = current;
    }

    /// Whether more than the heartbeats differs.
    private static boolean isChange(NodeStatus old, NodeStatus wanted) {
        return !withoutHeartbeats(old).equals(withoutHeartbeats(wanted));
    }

    private static Map<String, Object> withoutHeartbeats(NodeStatus status) {
        var copy = ObjectJson.copy(status);
        copy.getConditions().forEach(condition -> condition.setLastHeartbeatTime(null));
        return asMap(copy);
    }

    private static Map<String, Object> asMap(NodeStatus status) {
        return ObjectJson.map(status);
    }

    private void tellChanges(NodeStatus old, NodeStatus wanted) {
        for (var condition : wanted.getConditions()) {
            var before =
                    old.getConditions().stream()
                            .filter(known -> known.getType().equals(condition.getType()))
                            .findFirst();
            boolean isSame =
                    before.filter(known -> known.getStatus().equals(condition.getStatus()))
                            .isPresent();
            if (!isSame) {
                var reason =
                        condition.getType().equals("Ready")
                                ? "True".equals(condition.getStatus())
                                        ? "NodeReady"
                                        : "NodeNotReady"
                                : reasonOf(condition.getReason());
                events.normal(
                        reference(),
                        reason,
                        "Node %s status is now: %s".formatted(identity.name(), reason));
            }
        }
    }

    /// upstream's events are `NodeHasSufficientMemory`, conditions say
    /// `KubeletHasSufficientMemory`.
    private static String reasonOf(String reason) {
        return reason.replaceFirst("^Kubelet", "Node");
    }

    private io.fabric8.kubernetes.api.model.ObjectReference reference() {
        return new ObjectReferenceBuilder()
                .withKind("Node")
                .withName(identity.name())
                .withUid(identity.name()) // as upstream: the name stands for the uid
                .build();
    }

    private NodeStatus status(NodeStatus old) {
        var status = ObjectJson.copy(old);
        status.setAddresses(NodeFacts.addresses(identity.addresses(), identity.name()));
        var foreign = NodeFacts.foreign(identity.capacity(), old.getCapacity());
        status.setCapacity(NodeFacts.with(identity.capacity(), foreign));
        status.setAllocatable(NodeFacts.with(identity.allocatable(), foreign));
        status.setConditions(NodeFacts.conditions(conditions(), old, timers.now()));
        var endpoints = new io.fabric8.kubernetes.api.model.NodeDaemonEndpoints();
        endpoints.setKubeletEndpoint(
                new io.fabric8.kubernetes.api.model.DaemonEndpoint(port.getAsInt()));
        status.setDaemonEndpoints(endpoints);
        status.setNodeInfo(Machine.info(runtimeVersion(), identity.version()));
        status.setRuntimeHandlers(handlers());
        status.setDeclaredFeatures(NodeFacts.DECLARED_FEATURES);
        try {
            status.setImages(NodeFacts.images(runtime.listImages()));
        } catch (CriException e) {
            log.atDebug().addKeyValue("cause", e.getMessage()).log("images are not known now");
        }
        return status;
    }

    private String runtimeVersion() {
        try {
            var version = runtime.version();
            return version.getRuntimeName() + "://" + version.getRuntimeVersion();
        } catch (CriException e) {
            return "containerd://Unknown";
        }
    }

    private List<NodeRuntimeHandler> handlers() {
        return new ArrayList<>(); // told by runtimes from containerd 2.0 on
    }

    private List<NodeFacts.Condition> conditions() {
        return List.of(
                pressure.isMemoryShort()
                        ? new NodeFacts.Condition(
                                "MemoryPressure",
                                true,
                                "KubeletHasInsufficientMemory",
                                "kubelet has insufficient memory available")
                        : new NodeFacts.Condition(
                                "MemoryPressure",
                                false,
                                "KubeletHasSufficientMemory",
                                "kubelet has sufficient memory available"),
                pressure.isDiskShort()
                        ? new NodeFacts.Condition(
                                "DiskPressure",
                                true,
                                "KubeletHasDiskPressure",
                                "kubelet has disk pressure")
                        : new NodeFacts.Condition(
                                "DiskPressure",
                                false,
                                "KubeletHasNoDiskPressure",
                                "kubelet has no disk pressure"),
                pressure.isPidShort()
                        ? new NodeFacts.Condition(
                                "PIDPressure",
                                true,
                                "KubeletHasInsufficientPID",
                                "kubelet has insufficient PID available")
                        : new NodeFacts.Condition(
                                "PIDPressure",
                                false,
                                "KubeletHasSufficientPID",
                                "kubelet has sufficient PID available"),
                ready());
    }

    private NodeFacts.Condition ready() {
        var problems = new ArrayList<String>();
        try {
            for (var condition : runtime.status().getStatus().getConditionsList()) {
                if (!condition.getStatus()) {
                    problems.add(
                            condition.getType().equals("NetworkReady")
                                    ? "container runtime network not ready: %s=false reason:%s message:%s"
                                            .formatted(
                                                    condition.getType(),
                                                    condition.getReason(),
                                                    condition.getMessage())
                                    : "container runtime not ready: %s=false reason:%s message:%s"
                                            .formatted(
                                                    condition.getType(),
                                                    condition.getReason(),
                                                    condition.getMessage()));
                }
            }
        } catch (CriException e) {
            problems.add("container runtime is down");
        }
        if (!arePodsHealthy.getAsBoolean()) {
            problems.add("PLEG is not healthy");
        }
        if (isShuttingDown) {
            problems.add("node is shutting down");
        }
        return problems.isEmpty()
                ? new NodeFacts.Condition(
                        "Ready", true, "KubeletReady", "kubelet is posting ready status")
                : new NodeFacts.Condition(
                        "Ready",
                        false,
                        "KubeletNotReady",
                        problems.size() == 1
                                ? problems.getFirst()
                                : "[" + String.join(", ", problems) + "]");
    }

    /// The free and whole space of the disk that pods write to.
    public static long diskBytes(java.nio.file.Path directory) throws IOException {
        return java.nio.file.Files.getFileStore(directory).getTotalSpace();
    }
}
