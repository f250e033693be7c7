package io.j8s.nodeagent.pods;

import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.api.EventRecorder;
import io.j8s.nodeagent.cgroups.Cgroups;
import io.j8s.nodeagent.core.Backoff;
import io.j8s.nodeagent.core.NodeSettings;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.images.ImagePuller;
import io.j8s.nodeagent.probes.ProbeMetrics;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.volumes.PodVolumes;

import java.util.concurrent.ExecutorService;

/// What every pod's worker acts with; all of it is shared and safe for use by many threads.
///
/// @param crashes how long containers wait before they are started again
/// @param threads for what runs beside a worker: hooks, parallel stops, probes
public record PodTools(
        ClusterApi api,
        ContainerRuntime runtime,
        EventRecorder events,
        ImagePuller images,
        PodVolumes volumes,
        Cgroups cgroups,
        Timers timers,
        NodePaths paths,
        NodeSettings settings,
        Backoff crashes,
        ProbeMetrics probeMetrics,
        ExecutorService threads) {}
