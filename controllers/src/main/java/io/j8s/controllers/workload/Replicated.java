package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.j8s.controllers.runtime.Kind;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What [ReplicaReconciler] needs to know of a kind that keeps N pods: ReplicaSet and
/// ReplicationController say the same in two types.
interface Replicated<T extends HasMetadata> {

    Kind<T> kind();

    boolean selects(T owner, Pod pod);

    int replicas(T owner);

    int minReadySeconds(T owner);

    PodTemplateSpec template(T owner);

    Status status(T owner);

    T withStatus(T owner, Status status);

    /// @param terminating null where the kind does not count terminating pods
    record Status(
            int replicas,
            int fullyLabeled,
            int ready,
            int available,
            @Nullable Integer terminating,
            long observedGeneration,
            List<Condition> conditions) {
        public Status {
            conditions = List.copyOf(conditions);
        }

        Status observed(long generation) {
            return new Status(
                    replicas, fullyLabeled, ready, available, terminating, generation, conditions);
        }
    }

    record Condition(String type, String status, String reason, String message, String since) {}
}
