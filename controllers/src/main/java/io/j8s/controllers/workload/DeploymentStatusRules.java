package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToIntFunction;

/// What a deployment's status says, pure (upstream: `deployment/progress.go`, `calculateStatus`).
final class DeploymentStatusRules {

    static final String PROGRESSING = "Progressing";
    private static final String AVAILABLE = "Available";
    private static final String REPLICA_FAILURE = "ReplicaFailure";
    private static final String TIMED_OUT = "ProgressDeadlineExceeded";
    private static final String NEW_AVAILABLE = "NewReplicaSetAvailable";
    private static final int NO_DEADLINE = Integer.MAX_VALUE;

    private DeploymentStatusRules() {}

    static DeploymentStatus status(Deployment deployment) {
        return deployment.getStatus() == null ? new DeploymentStatus() : deployment.getStatus();
    }

    static boolean hasDeadline(Deployment deployment) {
        var seconds = deployment.getSpec().getProgressDeadlineSeconds();
        return seconds != null && seconds != NO_DEADLINE;
    }

    static Optional<DeploymentCondition> condition(DeploymentStatus status, String type) {
        return status.getConditions().stream().filter(c -> c.getType().equals(type)).findFirst();
    }

    static DeploymentCondition condition(
            String type, String value, String reason, String message, Instant now) {
        return new DeploymentConditionBuilder()
                .withType(type)
                .withStatus(value)
                .withReason(reason)
                .withMessage(message)
                .withLastUpdateTime(Meta.timestamp(now))
                .withLastTransitionTime(Meta.timestamp(now))
                .build();
    }

    /// Sets a condition unless it says the same already; the transition time changes with the
    /// status only.
    static DeploymentStatus with(DeploymentStatus status, DeploymentCondition next) {
        var known = condition(status, next.getType());
        if (known.isPresent()
                && known.get().getStatus().equals(next.getStatus())
                && Objects.equals(known.get().getReason(), next.getReason())) {
            return status;
        }
        var kept = next;
        if (known.isPresent() && known.get().getStatus().equals(next.getStatus())) {
            kept =
                    new DeploymentConditionBuilder(next)
                            .withLastTransitionTime(known.get().getLastTransitionTime())
                            .build();
        }
        var conditions = new ArrayList<>(without(status, next.getType()).getConditions());
        conditions.add(kept);
        return new DeploymentStatusBuilder(status).withConditions(conditions).build();
    }

    static DeploymentStatus without(DeploymentStatus status, String type) {
        return new DeploymentStatusBuilder(status)
                .withConditions(
                        status.getConditions().stream()
                                .filter(c -> !c.getType().equals(type))
                                .toList())
                .build();
    }

    /// Counts and availability, without progress.
    static DeploymentStatus counted(
            Deployment deployment,
            Collection<ReplicaSet> all,
            @Nullable ReplicaSet newest,
            Instant now) {
        var before = status(deployment);
        int available = DeploymentRules.available(all);
        var next =
                new DeploymentStatusBuilder(before)
                        .withObservedGeneration(Meta.generation(deployment))
                        .withReplicas(sum(all, s -> Meta.orZero(s.getReplicas())))
                        .withUpdatedReplicas(
                                newest == null
                                        ? 0
                                        : sum(List.of(newest), s -> Meta.orZero(s.getReplicas())))
                        .withReadyReplicas(sum(all, s -> Meta.orZero(s.getReadyReplicas())))
                        .withAvailableReplicas(available)
                        .withUnavailableReplicas(Math.max(0, DeploymentRules.size(all) - available))
                        .withTerminatingReplicas(
                                sum(all, s -> Meta.orZero(s.getTerminatingReplicas())))
                        .build();
        boolean enough =
                available
                        >= DeploymentRules.replicas(deployment)
                                - DeploymentRules.maxUnavailable(deployment);
        return with(
                next,
                enough
                        ? condition(
                                AVAILABLE,
                                "True",
                                "MinimumReplicasAvailable",
                                "Deployment has minimum availability.",
                                now)
                        : condition(
                                AVAILABLE,
                                "False",
                                "MinimumReplicasUnavailable",
                                "Deployment does not have minimum availability.",
                                now));
    }

    private static int sum(Collection<ReplicaSet> sets, ToIntFunction<ReplicaSetStatus> count) {
        return sets.stream()
                .map(ReplicaSet::getStatus)
                .filter(Objects::nonNull)
                .mapToInt(count)
                .sum();
    }

    /// The whole status in a rollout.
    static DeploymentStatus rollout(
            Deployment deployment,
            Collection<ReplicaSet> all,
            @Nullable ReplicaSet newest,
            Instant now) {
        var next = counted(deployment, all, newest, now);
        if (!hasDeadline(deployment)) {
            next = without(next, PROGRESSING);
        }
        var current = condition(status(deployment), PROGRESSING);
        boolean wasComplete =
                Objects.equals(next.getReplicas(), next.getUpdatedReplicas())
                        && current.isPresent()
                        && NEW_AVAILABLE.equals(current.get().getReason());
        if (hasDeadline(deployment) && !wasComplete) {
            next = progress(deployment, next, current, newest, now);
        }
        var failure = failure(all, newest);
        return failure == null ? without(next, REPLICA_FAILURE) : with(next, failure);
    }

    private static DeploymentStatus progress(
            Deployment deployment,
            DeploymentStatus next,
            Optional<DeploymentCondition> current,
            @Nullable ReplicaSet newest,
            Instant now) {
        var subject =
                newest == null
                        ? "Deployment \"" + Meta.name(deployment) + "\""
                        : "ReplicaSet \"" + Meta.name(newest) + "\"";
        if (isComplete(deployment, next)) {
            return with(
                    next,
                    condition(
                            PROGRESSING,
                            "True",
                            NEW_AVAILABLE,
                            subject + " has successfully progressed.",
                            now));
        }
        if (isProgressing(status(deployment), next)) {
            var condition =
                    condition(
                            PROGRESSING,
                            "True",
                            "ReplicaSetUpdated",
                            subject + " is progressing.",
                            now);
            if (current.isPresent() && current.get().getStatus().equals("True")) {
                condition.setLastTransitionTime(current.get().getLastTransitionTime());
            }
            // upstream: replaced even when it says the same, for its lastUpdateTime
            return with(without(next, PROGRESSING), condition);
        }
        if (isTimedOut(deployment, next, now)) {
            return with(
                    next,
                    condition(
                            PROGRESSING,
                            "False",
                            TIMED_OUT,
                            subject + " has timed out progressing.",
                            now));
        }
        return next;
    }

    static boolean isComplete(Deployment deployment, DeploymentStatus status) {
        int wanted = DeploymentRules.replicas(deployment);
        return Meta.orZero(status.getUpdatedReplicas()) == wanted
                && Meta.orZero(status.getReplicas()) == wanted
                && Meta.orZero(status.getAvailableReplicas()) == wanted
                && Meta.orZero(status.getObservedGeneration()) >= Meta.generation(deployment);
    }

    private static boolean isProgressing(DeploymentStatus before, DeploymentStatus after) {
        return Meta.orZero(after.getUpdatedReplicas()) > Meta.orZero(before.getUpdatedReplicas())
                || old(after) < old(before)
                || Meta.orZero(after.getReadyReplicas()) > Meta.orZero(before.getReadyReplicas())
                || Meta.orZero(after.getAvailableReplicas())
                        > Meta.orZero(before.getAvailableReplicas());
    }

    private static int old(DeploymentStatus status) {
        return Meta.orZero(status.getReplicas()) - Meta.orZero(status.getUpdatedReplicas());
    }

    private static boolean isTimedOut(Deployment deployment, DeploymentStatus status, Instant now) {
        var condition = condition(status, PROGRESSING);
        if (condition.isEmpty() || NEW_AVAILABLE.equals(condition.get().getReason())) {
            return false;
        }
        if (TIMED_OUT.equals(condition.get().getReason())) {
            return true;
        }
        var from = Meta.time(condition.get().getLastUpdateTime());
        var seconds = deployment.getSpec().getProgressDeadlineSeconds();
        return from != null && from.plusSeconds(seconds).isBefore(now);
    }

    /// When to look again whether a rollout that stands still has timed out.
    static Optional<Duration> checkAgain(
            Deployment deployment, DeploymentStatus status, Instant now) {
        var condition = condition(status, PROGRESSING);
        if (!hasDeadline(deployment)
                || condition.isEmpty()
                || isComplete(deployment, status)
                || TIMED_OUT.equals(condition.get().getReason())) {
            return Optional.empty();
        }
        var from = Meta.time(condition.get().getLastUpdateTime());
        if (from == null) {
            return Optional.empty();
        }
        var seconds = deployment.getSpec().getProgressDeadlineSeconds();
        var left = Duration.between(now, from.plusSeconds(seconds)).plusSeconds(1);
        return Optional.of(left.isPositive() ? left : Duration.ofSeconds(1));
    }

    private static @Nullable DeploymentCondition failure(
            Collection<ReplicaSet> all, @Nullable ReplicaSet newest) {
        var first = newest == null ? null : failure(newest);
        return first != null
                ? first
                : all.stream()
                        .map(DeploymentStatusRules::failure)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    private static @Nullable DeploymentCondition failure(ReplicaSet set) {
        if (set.getStatus() == null) {
            return null;
        }
        return set.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(REPLICA_FAILURE))
                .findFirst()
                .map(c ->
                        new DeploymentConditionBuilder()
                                .withType(REPLICA_FAILURE)
                                .withStatus(c.getStatus())
                                .withReason(c.getReason())
                                .withMessage(c.getMessage())
                                .withLastTransitionTime(c.getLastTransitionTime())
                                .withLastUpdateTime(c.getLastTransitionTime())
                                .build())
                .orElse(null);
    }
}
