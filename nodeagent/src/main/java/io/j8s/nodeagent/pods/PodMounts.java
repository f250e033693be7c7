package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.DownwardApi;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.volumes.ExpectedVolumes;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/// Mounts the volumes of one pod and keeps their content up to date; knows when that was done last,
/// and whether it may be done while the runtime makes the sandbox. Used by the pod's worker only.
final class PodMounts {

    private static final Duration REFRESH = Duration.ofSeconds(50);

    private final PodTools tools;
    private @Nullable Instant mountedAt;
    private boolean hasFailedMeanwhile;

    PodMounts(PodTools tools) {
        this.tools = tools;
    }

    /// What the pod's volumes and variables may tell of it.
    DownwardApi.Context downward(Pod pod, RuntimePod actual) {
        return new DownwardApi.Context(
                pod,
                actual.ips(pod, tools.settings().addresses()),
                tools.settings().addresses(),
                tools.settings().allocatable());
    }

    /// @return the host path of each volume
    Map<String, Path> mount(DownwardApi.Context downward) throws ConfigException {
        var mounted = tools.volumes().mount(downward);
        mountedAt = tools.timers().now();
        for (var failure : mounted.failures()) {
            var reason = failure.startsWith("MapVolume.") ? "FailedMapVolume" : "FailedMount";
            tools.events().warning(PodFacts.reference(downward.pod(), ""), reason, failure);
        }
        if (!mounted.failures().isEmpty()) {
            throw new ConfigException("FailedMount", mounted.failures().getFirst());
        }
        return mounted.paths();
    }

    /// Where nothing should keep the volumes from being mounted, they need not be there before the
    /// sandbox is made.
    boolean isMountedMeanwhile(Pod pod) {
        return !hasFailedMeanwhile && ExpectedVolumes.areAll(pod);
    }

    /// Mounts while the runtime makes a sandbox. When that fails the sandbox goes again.
    Map<String, Path> mountMeanwhile(DownwardApi.Context downward, SandboxMaking making)
            throws ConfigException {
        try {
            return mount(downward);
        } catch (ConfigException e) {
            hasFailedMeanwhile = true; // from now on in upstream's order
            try {
                making.withdraw();
            } catch (CriException left) {
                e.addSuppressed(left); // the next round looks for it
            }
            throw e;
        } catch (RuntimeException e) {
            making.settle();
            throw e;
        }
    }

    /// What volumes are made of may have changed since.
    void refresh(Pod pod, RuntimePod actual) throws ConfigException {
        var last = mountedAt;
        if (!pod.getSpec().getVolumes().isEmpty()
                && (last == null || last.plus(REFRESH).isBefore(tools.timers().now()))) {
            mount(downward(pod, actual));
        }
    }
}
