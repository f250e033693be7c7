package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodStatuses;
import io.j8s.nodeagent.core.StatusPatch;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keeps the API server's copy of one pod's status equal to ours. Only that pod's worker reports.
final class StatusReporter {

    private final PodTools tools;
    private final ObjectKey key;
    private final String uid;
    private final boolean isStatic;
    private volatile @Nullable PodStatus reported; // never changed once it is here
    private volatile @Nullable Merged merged;
    private boolean mirrorLacksStatus;

    /// @param isStatic the pod itself is not in the API server, its mirror is
    StatusReporter(PodTools tools, ObjectKey key, String uid, boolean isStatic) {
        this.tools = tools;
        this.key = key;
        this.uid = uid;
        this.isStatic = isStatic;
    }

    /// What [#withReported] last made, and of what.
    private record Merged(Pod of, PodStatus with, Pod result) {}

    /// The pod with the status that we reported last, and with what others have said since: our own
    /// words come back late through the watch. Safe for use by many threads; what it returns is
    /// shared and must not be changed.
    @SuppressWarnings("ReferenceEquality") // the same objects need no second merge; equal ones may
    Pod withReported(Pod pod) {
        var ours = reported;
        if (ours == null) {
            return pod;
        }
        var last = merged;
        if (last != null && last.of() == pod && last.with() == ours) {
            return last.result();
        }
        var conditions = new LinkedHashMap<String, PodCondition>();
        ours.getConditions().forEach(known -> conditions.put(known.getType(), known));
        if (pod.getStatus() != null) {
            for (var condition : pod.getStatus().getConditions()) {
                if (!PodStatuses.isOwned(condition.getType())) {
                    conditions.put(condition.getType(), condition);
                }
            }
        }
        var status = copy(ours);
        status.setConditions(new ArrayList<>(conditions.values()));
        var result = new PodBuilder(pod).withStatus(status).build();
        merged = new Merged(pod, ours, result);
        return result;
    }

    /// @return false when the pod is gone
    /// @throws KubernetesClientException when the server could not be asked; try again later
    boolean report(Pod pod, PodStatus wanted) {
        var base = reported != null ? reported : pod.getStatus();
        var old = base == null ? Map.<String, Object>of() : asMap(base);
        var changes = StatusPatch.between(old, asMap(wanted));
        if (changes.isEmpty() && !mirrorLacksStatus) {
            return true;
        }
        var target = uid;
        if (isStatic) {
            var mirror = tools.api().pod(key).filter(PodFacts::isMirror);
            if (mirror.isEmpty()) {
                reported = copy(wanted); // told to the mirror when there is one
                mirrorLacksStatus = true;
                return true;
            }
            target = PodFacts.uid(mirror.get());
            if (mirrorLacksStatus) {
                changes = StatusPatch.between(Map.of(), asMap(wanted));
                mirrorLacksStatus = false;
            }
        }
        var patch = new LinkedHashMap<String, Object>();
        patch.put("metadata", Map.of("uid", target));
        patch.put("status", changes.orElseThrow());
        var answer = tools.api().patchPodStatus(key, patch);
        answer.ifPresent(updated -> reported = copy(wanted));
        return answer.isPresent();
    }

    @SuppressWarnings("unchecked") // a JSON object is a map by name
    private Map<String, Object> asMap(PodStatus status) {
        return tools.json().convertValue(status, Map.class);
    }

    private PodStatus copy(PodStatus status) {
        return tools.json().clone(status);
    }
}
