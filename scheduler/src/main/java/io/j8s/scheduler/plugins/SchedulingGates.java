package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PreEnqueuePlugin;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import java.util.List;
import java.util.stream.Collectors;

/// Keeps pods out of the queue as long as they have scheduling gates (KEP-3521).
public final class SchedulingGates implements PreEnqueuePlugin {

    @Override
    public String name() {
        return "SchedulingGates";
    }

    @Override
    public Verdict preEnqueue(PodInfo pod) {
        var gates = pod.spec().getSchedulingGates();
        return gates.isEmpty()
                ? Verdict.Fits.FITS
                : new Verdict.Rejected(
                        gates.stream()
                                .map(PodSchedulingGate::getName)
                                .collect(
                                        Collectors.joining(
                                                " ", "waiting for scheduling gates: [", "]")),
                        false);
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(WakeUp.on(Resource.TARGET_POD, Action.UPDATE_GATES_GONE));
    }
}
