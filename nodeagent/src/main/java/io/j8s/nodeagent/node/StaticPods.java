package io.j8s.nodeagent.node;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.pods.PodWorkers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Pods out of files of this node, run without asking anybody, and their mirrors, which show them
/// in the API server. One thread looks at the directory; what is in it decides.
public final class StaticPods implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StaticPods.class);
    private static final Duration LOOK = Duration.ofSeconds(2); // upstream: 20 s and file events
    private static final Duration LOOK_WHILE_WAITING = Duration.ofMillis(100);
    private static final String ANNOTATION_SEEN = "kubernetes.io/config.seen";
    private static final int CONFLICT = 409;
    private static final int FILES_MAX = 1000;

    private final Path directory;
    private final String nodeName;
    private final PodWorkers pods;
    private final ClusterApi api;
    private final Timers timers;
    private final Supplier<String> nodeUid;
    private final Map<String, Pod> running = new HashMap<>(); // by uid, confined to the thread
    private volatile boolean closed;

    /// @param nodeUid of the Node object, empty while it is not registered
    public StaticPods(
            Path directory,
            String nodeName,
            PodWorkers pods,
            ClusterApi api,
            Timers timers,
            Supplier<String> nodeUid) {
        this.directory = directory;
        this.nodeName = nodeName;
        this.pods = pods;
        this.api = api;
        this.timers = timers;
        this.nodeUid = nodeUid;
    }

    /// Blocks its thread until closed.
    public void run() {
        try {
            while (!closed) {
                var wait = LOOK;
                try {
                    wait = sync(read()) ? LOOK_WHILE_WAITING : LOOK;
                } catch (IOException e) {
                    log.atWarn().setCause(e).log("static pods can't be read");
                } catch (KubernetesClientException e) {
                    log.atInfo().addKeyValue("cause", e.getMessage()).log("mirror pods wait");
                } catch (RuntimeException e) {
                    log.atError().setCause(e).log("static pods failed");
                }
                timers.sleep(wait);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private Map<String, Pod> read() throws IOException {
        var found = new HashMap<String, Pod>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (var file : files.limit(FILES_MAX).sorted().toList()) {
                var name = file.getFileName().toString();
                if (name.startsWith(".") || !Files.isRegularFile(file)) {
                    continue;
                }
                var pod = parse(Files.readString(file), file);
                if (pod != null) {
                    found.put(PodFacts.uid(pod), pod);
                }
            }
        }
        return found;
    }

    private @Nullable Pod parse(String text, Path file) {
        try {
            var pod = Manifests.READER.unmarshal(text, Pod.class);
            if (pod == null || pod.getSpec() == null || pod.getMetadata() == null) {
                return null;
            }
            return named(pod, text, nodeName);
        } catch (RuntimeException e) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", e.getMessage())
                    .log("no pod");
            return null;
        }
    }

    /// Pure. The name ends in the node's, the uid follows from the content: a changed file is
    /// another pod.
    static Pod named(Pod pod, String text, String nodeName) {
        var uid = hash(nodeName + "\n" + text);
        var namespace = pod.getMetadata().getNamespace();
        return new PodBuilder(pod)
                .editMetadata()
                .withName(pod.getMetadata().getName() + "-" + nodeName)
                .withNamespace(namespace == null ? "default" : namespace)
                .withUid(uid)
                .addToAnnotations(PodFacts.ANNOTATION_SOURCE, "file")
                .addToAnnotations(PodFacts.ANNOTATION_HASH, uid)
                .endMetadata()
                .editSpec()
                .withNodeName(nodeName)
                // upstream: static pods stay on a tainted node
                .addNewToleration()
                .withOperator("Exists")
                .withEffect("NoExecute")
                .endToleration()
                .endSpec()
                .build();
    }

    /// @return whether a pod waits for its predecessor to end
    private boolean sync(Map<String, Pod> wanted) {
        for (var uid : Set.copyOf(running.keySet())) {
            if (!wanted.containsKey(uid)) {
                pods.remove(uid);
                var gone = running.remove(uid);
                if (gone != null) {
                    deleteMirror(gone);
                }
            }
        }
        boolean isWaiting = false;
        for (var pod : wanted.values()) {
            var uid = PodFacts.uid(pod);
            if (running.containsKey(uid)) {
                continue;
            }
            if (pods.isNameTaken(pod)) {
                isWaiting = true;
                continue;
            }
            var started = seen(pod);
            running.put(uid, started);
            pods.add(started);
        }
        if (!nodeUid.get().isEmpty()) {
            List.copyOf(running.values()).forEach(this::keepMirror);
        }
        return isWaiting;
    }

    private Pod seen(Pod pod) {
        return new PodBuilder(pod)
                .editMetadata()
                .addToAnnotations(ANNOTATION_SEEN, timers.now().toString())
                .endMetadata()
                .build();
    }

    /// A node may only ask for pods that it has, so what it has heard of has to do.
    private void keepMirror(Pod pod) {
        var key = new ObjectKey(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
        var present = pods.mirror(key);
        if (present.isPresent()) {
            boolean isOurs = PodFacts.uid(pod).equals(PodFacts.mirrored(present.get()));
            if (isOurs && !PodFacts.isBeingDeleted(present.get())) {
                return;
            }
            api.deletePod(key, PodFacts.uid(present.get())); // deleted, or of an earlier content
        }
        try {
            api.createPod(mirror(pod));
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) { // we shall hear of it
                throw e;
            }
        }
    }

    private void deleteMirror(Pod pod) {
        var key = new ObjectKey(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
        pods.mirror(key).ifPresent(mirror -> api.deletePod(key, PodFacts.uid(mirror)));
    }

    private Pod mirror(Pod pod) {
        return new PodBuilder(pod)
                .editMetadata()
                .withUid(null)
                .withResourceVersion(null)
                .addToAnnotations(PodFacts.ANNOTATION_MIRROR, PodFacts.uid(pod))
                .withOwnerReferences(
                        new OwnerReferenceBuilder()
                                .withApiVersion("v1")
                                .withKind("Node")
                                .withName(nodeName)
                                .withUid(nodeUid.get())
                                .withController(true)
                                .build())
                .endMetadata()
                .withStatus(null)
                .build();
    }

    private static String hash(String text) {
        try {
            var digest = MessageDigest.getInstance("MD5"); // upstream's too; only names things
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    /// Loaded with the first file: what people write is YAML, in any form that fabric8 takes.
    private static final class Manifests {
        static final KubernetesSerialization READER = new KubernetesSerialization();

        private Manifests() {}
    }
}
