package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.api.EventRecorder;
import io.j8s.nodeagent.core.DownwardApi;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.linux.FileTrees;
import io.j8s.nodeagent.linux.Mounts;
import io.j8s.nodeagent.runtime.NodePaths;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/// All volumes of a pod: mounted before its containers start, kept current while they run, gone
/// when they have ended. A pod's volumes are only touched by its own worker.
public final class PodVolumes {

    private static final int QUESTIONS_MAX = 16; // to the API server at once, of all pods

    private final ClusterApi api;
    private final NodePaths paths;
    private final TokenCache tokens;
    private final PodCertificates certificates;
    private final PodSources.Asking asking;
    private final Map<String, PodSources> asked = new ConcurrentHashMap<>(); // by pod's uid

    /// @param threads for questions to the API server beside the worker that mounts
    public PodVolumes(
            ClusterApi api,
            NodePaths paths,
            Timers timers,
            EventRecorder events,
            Executor threads) {
        this.api = api;
        this.asking = new PodSources.Asking(threads, new Semaphore(QUESTIONS_MAX));
        this.paths = paths;
        this.tokens = new TokenCache(api, timers);
        this.certificates = new PodCertificates(api, timers, events);
    }

    /// What came of mounting a pod's volumes.
    ///
    /// @param paths the host path of each volume that is there
    /// @param failures upstream's messages for the events; empty when all volumes are there
    public record Mounted(Map<String, Path> paths, List<String> failures) {
        public Mounted {
            paths = Map.copyOf(paths);
            failures = List.copyOf(failures);
        }
    }

    /// Begins to ask for what the pod's volumes are made of; the next [#mount] takes the answers.
    public void ask(Pod pod) {
        asked.put(PodFacts.uid(pod), PodSources.ask(pod, api, tokens, asking));
    }

    /// Mounts every volume that a container uses, whatever becomes of the others. Idempotent.
    public Mounted mount(DownwardApi.Context downward) {
        var pod = downward.pod();
        var uid = PodFacts.uid(pod);
        var before = asked.remove(uid);
        var sources = before != null ? before : PodSources.ask(pod, api, tokens, asking);
        var context = new VolumeContext(api, paths.pod(uid), downward, sources, certificates);
        var mounted = new HashMap<String, Path>();
        var failures = new ArrayList<String>();
        var unprocessed = new LinkedHashMap<String, String>();
        var used = PodFacts.usedVolumes(pod);
        for (var volume : pod.getSpec().getVolumes()) {
            var name = volume.getName();
            if (!used.contains(name) || volume.getImage() != null) {
                continue; // the runtime mounts images itself
            }
            try {
                mounted.put(name, typed(volume, context).mount());
            } catch (VolumeException.Unprocessable e) {
                unprocessed.put(name, String.valueOf(e.getMessage()));
            } catch (VolumeException.Map e) {
                failures.add(
                        "MapVolume.%s failed for volume \"%s\" : %s"
                                .formatted(e.step(), name, e.getMessage()));
            } catch (VolumeException.Device e) {
                failures.add(failure("MountDevice", name, e));
            } catch (VolumeException | IOException e) {
                failures.add(failure("SetUp", name, e));
            }
        }
        if (!unprocessed.isEmpty()) {
            failures.add(
                    "Unable to attach or mount volumes: unmounted volumes=%s, unattached volumes=[], failed to process volumes=%s: %s"
                            .formatted(
                                    listed(
                                            used.stream()
                                                    .filter(name -> !mounted.containsKey(name))
                                                    .sorted()
                                                    .toList()),
                                    listed(unprocessed.keySet()),
                                    String.join("; ", unprocessed.values())));
        }
        return new Mounted(mounted, failures);
    }

    private static String failure(String step, String volume, Exception cause) {
        return "MountVolume.%s failed for volume \"%s\" : %s"
                .formatted(step, volume, cause.getMessage());
    }

    private static String listed(Collection<String> names) {
        return "[" + String.join(" ", names) + "]";
    }

    /// Unmounts and removes everything of a pod. Idempotent; knows nothing of the pod's spec, so
    /// that it also works for pods that were deleted while the agent was down.
    public void remove(String podUid) throws IOException {
        asked.remove(podUid);
        tokens.forget(podUid);
        certificates.forget(podUid);
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
            return new ClaimVolume(
                    name, volume.getPersistentVolumeClaim().getClaimName(), false, context);
        }
        if (volume.getEphemeral() != null) {
            // the claim that a controller makes for this volume of this pod
            return new ClaimVolume(
                    name, context.pod().getMetadata().getName() + "-" + name, true, context);
        }
        if (volume.getCsi() != null) {
            throw new VolumeException(
                    "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: "
                            + Drivers.missing(volume.getCsi().getDriver()));
        }
        if (volume.getGitRepo() != null) {
            throw new VolumeException(
                    "git-repo volume plugin has been disabled; if necessary, it may be re-enabled"
                            + " by enabling the feature-gate `GitRepoVolumeDriver`");
        }
        throw new VolumeException.Unprocessable(
                "failed to get Plugin from volumeSpec for volume \"%s\" err=no volume plugin matched"
                        .formatted(name));
    }
}
