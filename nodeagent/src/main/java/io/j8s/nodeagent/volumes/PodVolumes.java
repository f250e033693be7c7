package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.Volume;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.core.DownwardApi;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.linux.FileTrees;
import io.j8s.nodeagent.linux.Mounts;
import io.j8s.nodeagent.runtime.NodePaths;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// All volumes of a pod: mounted before its containers start, kept current while they run, gone
/// when they have ended. A pod's volumes are only touched by its own worker.
public final class PodVolumes {

    private final ClusterApi api;
    private final NodePaths paths;
    private final TokenCache tokens;

    public PodVolumes(ClusterApi api, NodePaths paths, Timers timers) {
        this.api = api;
        this.paths = paths;
        this.tokens = new TokenCache(api, timers);
    }

    /// Idempotent.
    ///
    /// @return the host path of each volume by its name
    /// @throws VolumeException with upstream's message for the event
    public Map<String, Path> mount(DownwardApi.Context downward)
            throws VolumeException, InterruptedException {
        var pod = downward.pod();
        var context = new VolumeContext(api, paths.pod(PodFacts.uid(pod)), downward, tokens);
        var mounted = new HashMap<String, Path>();
        for (var volume : pod.getSpec().getVolumes()) {
            try {
                mounted.put(volume.getName(), typed(volume, context).mount());
            } catch (VolumeException | IOException e) {
                throw new VolumeException(
                        "MountVolume.SetUp failed for volume \"%s\" : %s"
                                .formatted(volume.getName(), e.getMessage()),
                        e);
            }
        }
        return mounted;
    }

    /// Unmounts and removes everything of a pod. Idempotent; knows nothing of the pod's spec, so
    /// that it also works for pods that were deleted while the agent was down.
    public void remove(String podUid) throws IOException {
        tokens.forget(podUid);
        Mounts.unmountBelow(paths.pod(podUid));
        FileTrees.delete(paths.pod(podUid).resolve("volumes"));
        FileTrees.delete(paths.pod(podUid).resolve("volume-subpaths"));
    }

    private static PodVolume typed(Volume volume, VolumeContext context) throws VolumeException {
        var name = volume.getName();
        if (volume.getEmptyDir() != null) {
            return new EmptyDirVolume(name, volume.getEmptyDir(), context);
        }
        if (volume.getHostPath() != null) {
            return new HostPathVolume(volume.getHostPath());
        }
        if (volume.getConfigMap() != null) {
            return new ObjectVolume.OfConfigMap(name, volume.getConfigMap(), context);
        }
        if (volume.getSecret() != null) {
            return new ObjectVolume.OfSecret(name, volume.getSecret(), context);
        }
        if (volume.getProjected() != null) {
            return new ObjectVolume.Projected(name, volume.getProjected(), context);
        }
        if (volume.getDownwardAPI() != null) {
            return new ObjectVolume.OfPod(name, volume.getDownwardAPI(), context);
        }
        if (volume.getPersistentVolumeClaim() != null) {
            return new ClaimVolume(volume.getPersistentVolumeClaim().getClaimName(), context);
        }
        if (volume.getEphemeral() != null) {
            // the claim that a controller makes for this volume of this pod
            return new ClaimVolume(context.pod().getMetadata().getName() + "-" + name, context);
        }
        throw new VolumeException("no volume plugin matched");
    }
}
