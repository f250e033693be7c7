package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Fields of a pod's spec whose feature gates are off in 1.37: they are dropped unless what is
/// stored uses them already (upstream: `dropDisabledFields`). Pure.
public final class DisabledPodFields {

    private static final String STOP_SIGNAL = "*[].lifecycle.stopSignal";

    /// The paths of each feature; `[]` stands for each struct of a list, `*` for each kind of
    /// container.
    private static final List<List<String>> FEATURES =
            List.of(
                    List.of(STOP_SIGNAL), // ContainerStopSignals
                    List.of( // H2CContainerProbe
                            "*[].livenessProbe.httpGet.protocol",
                            "*[].readinessProbe.httpGet.protocol",
                            "*[].startupProbe.httpGet.protocol",
                            "*[].lifecycle.postStart.httpGet.protocol",
                            "*[].lifecycle.preStop.httpGet.protocol"),
                    List.of( // GRPCContainerProbeTLS
                            "*[].livenessProbe.grpc.mode",
                            "*[].readinessProbe.grpc.mode",
                            "*[].startupProbe.grpc.mode"),
                    List.of("*[].volumeMounts[].bindMountOptions"), // VolumeBindMountOptions
                    List.of("volumes[].emptyDir.mode"), // EmptyDirVolumeMode
                    List.of("schedulingGroup"), // GenericWorkload
                    List.of("evictionResponders"), // EvictionRequestAPI
                    List.of( // AtomicWriteVolumeUserFields
                            "volumes[].secret.defaultUser",
                            "volumes[].secret.items[].user",
                            "volumes[].configMap.defaultUser",
                            "volumes[].configMap.items[].user",
                            "volumes[].downwardAPI.defaultUser",
                            "volumes[].downwardAPI.items[].user",
                            "volumes[].projected.defaultUser",
                            "volumes[].projected.sources[].secret.items[].user",
                            "volumes[].projected.sources[].configMap.items[].user",
                            "volumes[].projected.sources[].downwardAPI.items[].user",
                            "volumes[].projected.sources[].serviceAccountToken.user",
                            "volumes[].projected.sources[].clusterTrustBundle.user",
                            "volumes[].projected.sources[].podCertificate.user"));

    private DisabledPodFields() {}

    /// Of a pod's status.
    private static final List<List<String>> STATUS_FEATURES =
            List.of(
                    List.of( // ImageVolumeWithDigest
                            "containerStatuses[].volumeMounts[].volumeStatus",
                            "initContainerStatuses[].volumeMounts[].volumeStatus",
                            "ephemeralContainerStatuses[].volumeMounts[].volumeStatus"),
                    List.of("nodeAllocatableResourceClaimStatuses"), // DRANodeAllocatableResources
                    List.of("volumeHealth")); // CSIVolumeHealth

    /// @param old what is stored; null for a new object
    public static void drop(@Nullable Tree spec, @Nullable Tree old) {
        drop(spec, old, FEATURES);
    }

    static void dropOfStatus(@Nullable Tree status, @Nullable Tree old) {
        drop(status, old, STATUS_FEATURES);
    }

    private static void drop(@Nullable Tree spec, @Nullable Tree old, List<List<String>> features) {
        if (spec == null) {
            return;
        }
        for (var paths : features) {
            if (old == null || paths.stream().allMatch(path -> holders(old, path).isEmpty())) {
                paths.forEach(path -> drop(spec, path));
            }
        }
    }

    private static void drop(Tree spec, String path) {
        if (path.equals(STOP_SIGNAL)) {
            // upstream: hooks that had nothing but a stop signal are none
            for (Tree container : holders(spec, "*[].lifecycle")) {
                Tree hooks = container.tree("lifecycle");
                if (hooks != null
                        && hooks.has("stopSignal")
                        && hooks.remove("stopSignal").isEmpty()) {
                    container.remove("lifecycle");
                }
            }
            return;
        }
        for (Tree holder : holders(spec, path)) {
            holder.remove(lastOf(path));
        }
    }

    private static String lastOf(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /// The structs that have the field at the end of the path.
    private static List<Tree> holders(Tree spec, String path) {
        if (path.startsWith("*")) {
            var all = new ArrayList<Tree>();
            PodValidation.CONTAINERS.forEach(
                    list -> all.addAll(holders(spec, list + path.substring(1))));
            return all;
        }
        int open = path.indexOf("[].");
        if (open < 0) {
            int dot = path.lastIndexOf('.');
            Tree holder = dot < 0 ? spec : spec.tree(path.substring(0, dot));
            return holder != null && holder.value(lastOf(path)) != null
                    ? List.of(holder)
                    : List.of();
        }
        var all = new ArrayList<Tree>();
        spec.trees(path.substring(0, open))
                .forEach(item -> all.addAll(holders(item, path.substring(open + 3))));
        return all;
    }
}
