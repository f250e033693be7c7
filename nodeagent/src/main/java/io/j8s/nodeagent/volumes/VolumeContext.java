package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.core.DownwardApi;
import io.j8s.nodeagent.core.PodFacts;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;

/// What every volume type is made from.
///
/// @param podDirectory the pod's own directory on this node
/// @param downward what the pod may ask about itself
/// @param sources the objects and tokens that files are made of
/// @param certificates where projected certificates come from
record VolumeContext(
        ClusterApi api,
        Path podDirectory,
        DownwardApi.Context downward,
        PodSources sources,
        PodCertificates certificates) {

    Pod pod() {
        return downward.pod();
    }

    String namespace() {
        return pod().getMetadata().getNamespace();
    }

    /// @param type upstream's plugin name, whose slash is written as a tilde
    Path directory(String type, String volume) {
        return podDirectory.resolve("volumes").resolve("kubernetes.io~" + type).resolve(volume);
    }

    @Nullable Long fsGroup() {
        var security = pod().getSpec().getSecurityContext();
        return security == null ? null : security.getFsGroup();
    }

    /// The user that all containers run as, if it is one.
    @Nullable Long onlyUser() {
        var security = pod().getSpec().getSecurityContext();
        Long ofPod = security == null ? null : security.getRunAsUser();
        List<Long> users =
                PodFacts.allContainers(pod()).stream()
                        .map(container -> {
                            var own = container.getSecurityContext();
                            var user = own == null ? null : own.getRunAsUser();
                            return user != null ? user : ofPod != null ? ofPod : -1L;
                        })
                        .distinct()
                        .toList();
        return users.size() == 1 && users.getFirst() >= 0 ? users.getFirst() : null;
    }
}
