package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Which volume claims a pod uses (upstream: `component-helpers/storage/ephemeral`).
public final class PodClaims {

    private PodClaims() {}

    static List<String> names(Pod pod) {
        var names = new ArrayList<String>(0);
        for (Volume volume : pod.getSpec().getVolumes()) {
            var name = name(pod, volume);
            if (name != null) {
                names.add(name);
            }
        }
        return List.copyOf(names);
    }

    /// The claim behind a volume; null for a volume without one. A claim made for the pod is named
    /// after both.
    public static @Nullable String name(Pod pod, Volume volume) {
        if (volume.getPersistentVolumeClaim() != null) {
            return Meta.orEmpty(volume.getPersistentVolumeClaim().getClaimName());
        }
        return volume.getEphemeral() == null ? null : Meta.name(pod) + "-" + volume.getName();
    }
}
