package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Fields of a pod's spec whose feature gates are off in 1.37: they are dropped unless what is
/// stored uses them already (upstream: `dropDisabledFields`). Pure.
public final class DisabledPodFields {

    private static final Path HOOKS = Path.of("*[].lifecycle");
    private static final Path STOP_SIGNAL = Path.of("*[].lifecycle.stopSignal");

    /// The paths of each feature; `[]` stands for each struct of a list, `*` for each kind of
    /// container.
    private static final List<List<Path>> FEATURES =
            parsed(
                    List.of("*[].lifecycle.stopSignal"), // ContainerStopSignals
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
    private static final List<List<Path>> STATUS_FEATURES =
            parsed(
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

    private static void drop(@Nullable Tree spec, @Nullable Tree old, List<List<Path>> features) {
        if (spec == null) {
            return;
        }
        for (var paths : features) {
            if (old == null || paths.stream().allMatch(path -> path.holders(old).isEmpty())) {
                paths.forEach(path -> drop(spec, path));
            }
        }
    }

    private static void drop(Tree spec, Path path) {
        if (path.equals(STOP_SIGNAL)) {
            // upstream: hooks that had nothing but a stop signal are none
            for (Tree container : HOOKS.holders(spec)) {
                Tree hooks = container.tree("lifecycle");
                if (hooks != null
                        && hooks.has("stopSignal")
                        && hooks.remove("stopSignal").isEmpty()) {
                    container.remove("lifecycle");
                }
            }
            return;
        }
        for (Tree holder : path.holders(spec)) {
            holder.remove(path.field());
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private static List<List<Path>> parsed(List<String>... features) {
        return Arrays.stream(features).map(paths -> paths.stream().map(Path::of).toList()).toList();
    }

    /// A field's path, taken apart once: every write of a pod looks along all of them.
    ///
    /// @param lists from the spec inwards
    /// @param struct in the innermost list's structs; empty for these themselves
    private record Path(List<String> lists, String struct, String field) {

        static Path of(String text) {
            var lists = new ArrayList<String>();
            int from = 0;
            for (int end = text.indexOf("[]."); end >= 0; end = text.indexOf("[].", from)) {
                lists.add(text.substring(from, end));
                from = end + 3;
            }
            int dot = Math.max(from, text.lastIndexOf('.') + 1);
            return new Path(
                    List.copyOf(lists),
                    dot == from ? "" : text.substring(from, dot - 1),
                    text.substring(dot));
        }

        /// The structs that have the field.
        List<Tree> holders(Tree spec) {
            var found = new ArrayList<Tree>(0);
            collect(spec, 0, found);
            return found;
        }

        private void collect(Tree at, int depth, List<Tree> found) {
            if (depth == lists.size()) {
                Tree holder = struct.isEmpty() ? at : at.tree(struct);
                if (holder != null && holder.value(field) != null) {
                    found.add(holder);
                }
                return;
            }
            String list = lists.get(depth);
            for (String each : list.equals("*") ? PodValidation.CONTAINERS : List.of(list)) {
                for (Tree item : at.trees(each)) {
                    collect(item, depth + 1, found);
                }
            }
        }
    }
}
