package io.j8s.controllers.storage;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/// Upstream's `pv_collector_*`, counted when they are scraped.
final class VolumeMetrics {

    private static final String BOUND = "Bound";

    private VolumeMetrics() {}

    static void register(
            Measures measures,
            Informer<PersistentVolume> volumes,
            Informer<PersistentVolumeClaim> claims) {
        measures.gauge(
                ALPHA,
                "pv_collector_total_pv_count",
                "Gauge measuring total number of persistent volumes",
                List.of("plugin_name", "volume_mode"),
                () ->
                        count(
                                volumes.list(),
                                _ -> true,
                                volume ->
                                        List.of(
                                                plugin(volume),
                                                Meta.orEmpty(volume.getSpec().getVolumeMode()))));
        for (boolean isBound : new boolean[] {true, false}) {
            var word = isBound ? "bound" : "unbound";
            measures.gauge(
                    ALPHA,
                    "pv_collector_%s_pv_count".formatted(word),
                    "Gauge measuring number of persistent volume currently " + word,
                    List.of("storage_class"),
                    () ->
                            count(
                                    volumes.list(),
                                    volume -> isBound(volume) == isBound,
                                    volume ->
                                            List.of(
                                                    Meta.orEmpty(
                                                            volume.getSpec()
                                                                    .getStorageClassName()))));
            measures.gauge(
                    ALPHA,
                    "pv_collector_%s_pvc_count".formatted(word),
                    "Gauge measuring number of persistent volume claim currently " + word,
                    List.of("namespace", "storage_class", "volume_attributes_class"),
                    () ->
                            count(
                                    claims.list(),
                                    claim -> isBound(claim) == isBound,
                                    VolumeMetrics::labels));
        }
    }

    private static <T> Map<List<String>, Double> count(
            List<T> all, Predicate<T> which, Function<T, List<String>> labels) {
        var counts = new HashMap<List<String>, Double>();
        for (var each : all) {
            if (which.test(each)) {
                counts.merge(labels.apply(each), 1.0, Double::sum);
            }
        }
        return counts;
    }

    private static boolean isBound(PersistentVolume volume) {
        return volume.getStatus() != null && BOUND.equals(volume.getStatus().getPhase());
    }

    private static boolean isBound(PersistentVolumeClaim claim) {
        return claim.getStatus() != null && BOUND.equals(claim.getStatus().getPhase());
    }

    private static List<String> labels(PersistentVolumeClaim claim) {
        return List.of(
                Meta.namespace(claim),
                Meta.orEmpty(claim.getSpec().getStorageClassName()),
                Meta.orEmpty(claim.getSpec().getVolumeAttributesClassName()));
    }

    /// Upstream's name of the plugin that mounts a volume.
    private static String plugin(PersistentVolume volume) {
        var spec = volume.getSpec();
        if (spec.getCsi() != null) {
            return "kubernetes.io/csi:" + spec.getCsi().getDriver();
        }
        return spec.getHostPath() != null
                ? "kubernetes.io/host-path"
                : spec.getNfs() != null
                        ? "kubernetes.io/nfs"
                        : spec.getLocal() != null ? "kubernetes.io/local-volume" : "N/A";
    }
}
