package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Small questions about a pod's spec that many rules ask.
public final class PodFacts {

    public static final String ANNOTATION_MIRROR = "kubernetes.io/config.mirror";
    public static final String ANNOTATION_SOURCE = "kubernetes.io/config.source";
    public static final String ANNOTATION_HASH = "kubernetes.io/config.hash";

    private PodFacts() {}

    public static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    /// How upstream writes a pod in messages: `name_namespace(uid)`.
    public static String inMessages(Pod pod) {
        var meta = pod.getMetadata();
        return meta.getName() + "_" + meta.getNamespace() + "(" + meta.getUid() + ")";
    }

    /// An init container that keeps running beside the others.
    public static boolean isSidecar(Container initContainer) {
        return "Always".equals(initContainer.getRestartPolicy());
    }

    public static boolean isHostNetwork(Pod pod) {
        return Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    }

    public static String restartPolicy(Pod pod) {
        var policy = pod.getSpec().getRestartPolicy();
        return policy == null ? "Always" : policy;
    }

    public static boolean isBeingDeleted(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    public static boolean isMirror(Pod pod) {
        var annotations = pod.getMetadata().getAnnotations();
        return annotations != null && annotations.containsKey(ANNOTATION_MIRROR);
    }

    /// The uid of the static pod that a mirror shows.
    public static String mirrored(Pod mirror) {
        return mirror.getMetadata().getAnnotations().getOrDefault(ANNOTATION_MIRROR, "");
    }

    public static boolean isStatic(Pod pod) {
        var annotations = pod.getMetadata().getAnnotations();
        return annotations != null && "file".equals(annotations.get(ANNOTATION_SOURCE));
    }

    /// The phase that the API server holds; a pod that has ended never runs again.
    public static boolean hasEnded(Pod pod) {
        var phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    /// Ephemeral containers in the shape of the others: they have the same fields where it matters.
    public static Container asContainer(EphemeralContainer ephemeral) {
        var container = new Container();
        container.setName(ephemeral.getName());
        container.setImage(ephemeral.getImage());
        container.setCommand(ephemeral.getCommand());
        container.setArgs(ephemeral.getArgs());
        container.setWorkingDir(ephemeral.getWorkingDir());
        container.setEnv(ephemeral.getEnv());
        container.setEnvFrom(ephemeral.getEnvFrom());
        container.setImagePullPolicy(ephemeral.getImagePullPolicy());
        container.setSecurityContext(ephemeral.getSecurityContext());
        container.setVolumeMounts(ephemeral.getVolumeMounts());
        container.setVolumeDevices(ephemeral.getVolumeDevices());
        container.setStdin(ephemeral.getStdin());
        container.setStdinOnce(ephemeral.getStdinOnce());
        container.setTty(ephemeral.getTty());
        container.setTerminationMessagePath(ephemeral.getTerminationMessagePath());
        container.setTerminationMessagePolicy(ephemeral.getTerminationMessagePolicy());
        return container;
    }

    public static List<Container> ephemeralContainers(Pod pod) {
        return pod.getSpec().getEphemeralContainers().stream().map(PodFacts::asContainer).toList();
    }

    /// Init and ordinary containers.
    public static List<Container> initAndOrdinary(Pod pod) {
        var all = new ArrayList<>(pod.getSpec().getInitContainers());
        all.addAll(pod.getSpec().getContainers());
        return all;
    }

    /// Init, ordinary and ephemeral containers.
    public static List<Container> allContainers(Pod pod) {
        var all = initAndOrdinary(pod);
        all.addAll(ephemeralContainers(pod));
        return all;
    }

    /// The volumes that some container mounts; nobody waits for the others.
    public static Set<String> usedVolumes(Pod pod) {
        var used = new HashSet<String>();
        for (var container : allContainers(pod)) {
            container.getVolumeMounts().forEach(mount -> used.add(mount.getName()));
            container.getVolumeDevices().forEach(device -> used.add(device.getName()));
        }
        return used;
    }

    /// Whether containers only read a volume, whatever their mounts say: it is made of API objects,
    /// or the pod uses the claim so.
    public static boolean isReadOnly(Pod pod, String volume) {
        return pod.getSpec().getVolumes().stream()
                .filter(found -> found.getName().equals(volume))
                .anyMatch(found ->
                        found.getConfigMap() != null
                                || found.getSecret() != null
                                || found.getDownwardAPI() != null
                                || found.getProjected() != null
                                || (found.getPersistentVolumeClaim() != null
                                        && Boolean.TRUE.equals(
                                                found.getPersistentVolumeClaim().getReadOnly())));
    }

    public static Optional<Container> container(Pod pod, String name) {
        return allContainers(pod).stream()
                .filter(found -> found.getName().equals(name))
                .findFirst();
    }

    /// The pod, or one of its containers, as events name it.
    public static ObjectReference reference(Pod pod, String fieldPath) {
        var meta = pod.getMetadata();
        return new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNamespace(meta.getNamespace())
                .withName(meta.getName())
                .withUid(meta.getUid())
                .withResourceVersion(meta.getResourceVersion())
                .withFieldPath(fieldPath.isEmpty() ? null : fieldPath)
                .build();
    }

    public static ObjectReference containerReference(Pod pod, String container) {
        var list = "spec.containers";
        if (pod.getSpec().getInitContainers().stream()
                .anyMatch(init -> init.getName().equals(container))) {
            list = "spec.initContainers";
        } else if (pod.getSpec().getEphemeralContainers().stream()
                .anyMatch(ephemeral -> ephemeral.getName().equals(container))) {
            list = "spec.ephemeralContainers";
        }
        return reference(pod, list + "{" + container + "}");
    }
}
