package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.j8s.nodeagent.core.PodFacts;

import java.util.Set;

/// Which pods' volumes can be expected to be mounted, because nothing that they are made of depends
/// on what users have created: empty directories, and what admission gives every pod to speak to
/// the API server. Pure.
public final class ExpectedVolumes {

    private static final String ROOT_CA = "kube-root-ca.crt"; // in every namespace
    private static final Set<String> MEDIA = Set.of("", "Memory");

    private ExpectedVolumes() {}

    public static boolean areAll(Pod pod) {
        var used = PodFacts.usedVolumes(pod);
        return pod.getSpec().getVolumes().stream()
                .filter(volume -> used.contains(volume.getName()))
                .allMatch(ExpectedVolumes::isExpected);
    }

    private static boolean isExpected(Volume volume) {
        if (volume.getEmptyDir() != null) {
            var medium = volume.getEmptyDir().getMedium();
            return medium == null || MEDIA.contains(medium);
        }
        return volume.getProjected() != null
                && volume.getProjected().getSources().stream()
                        .allMatch(ExpectedVolumes::isExpected);
    }

    private static boolean isExpected(VolumeProjection part) {
        var token = part.getServiceAccountToken();
        if (token != null) { // an audience of its own may be refused to this node
            return token.getAudience() == null || token.getAudience().isEmpty();
        }
        return part.getDownwardAPI() != null
                || (part.getConfigMap() != null && ROOT_CA.equals(part.getConfigMap().getName()));
    }
}
