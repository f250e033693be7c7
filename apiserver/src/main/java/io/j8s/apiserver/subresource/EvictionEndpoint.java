package io.j8s.apiserver.subresource;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.registry.DeleteOptions;
import io.j8s.apiserver.registry.Queries;
import io.j8s.apiserver.registry.ResourceStrategy.Propagation;
import io.j8s.apiserver.registry.ServedResource;
import io.j8s.apiserver.registry.WriteRequest;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypedView;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.errors.Status;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.selectors.Selector;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Deletes a pod if its disruption budget allows it (upstream:
/// `registry/core/pod/storage.EvictionREST`).
final class EvictionEndpoint implements Endpoint {

    private static final int DISRUPTED_PODS_MAX = 2000; // upstream: MaxDisruptedPodSize
    private static final Duration UNOBSERVED_RETRY = Duration.ofSeconds(10);

    /// Upstream's `EvictionsRetry`.
    private static final int TRIES_MAX = 20;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final GroupVersionKind KIND = new GroupVersionKind("policy", "v1", "Eviction");
    private static final String DISRUPTION = "DisruptionTarget";
    private static final String ALLOWED = "DisruptionAllowed";
    private static final GroupResource BUDGETS =
            new GroupResource("policy", "poddisruptionbudgets");

    private final ApiState state;
    private final ServedResource pods;

    EvictionEndpoint(ApiState state, ServedResource pods) {
        this.state = state;
        this.pods = pods;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var serving = state.serving();
        var options = Queries.write(exchange.query(), "CreateOptions");
        var encoding = serving.bodies().encoding(exchange);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var eviction =
                            serving.bodies()
                                    .read(encoding, body, KIND, options.validation(), context);
                    var info = context.info();
                    if (!info.name().equals(eviction.string("metadata.name", ""))) {
                        throw new ApiException(
                                new ApiError.BadRequest(
                                        "name in URL does not match name in Eviction object"));
                    }
                    requireSafe(eviction, info.name());
                    evict(context, eviction, options);
                    serving.answers()
                            .success(
                                    exchange,
                                    201,
                                    new Status("Success", "", "", null, 201, ""),
                                    context.warnings());
                });
    }

    private static void requireSafe(Tree eviction, String name) {
        String field = "ignoreStoreReadErrorWithClusterBreakingPotential";
        if (eviction.bool("deleteOptions." + field, false)) {
            var errors = new FieldErrors();
            errors.invalid(
                    "deleteOptions." + field,
                    true,
                    "can not be set for pod eviction, try after removing the option");
            throw new ApiException(
                    new ApiError.Invalid(KIND.group(), KIND.kind(), name, errors.list()));
        }
    }

    private void evict(RequestContext context, Tree eviction, WriteRequest.WriteOptions options)
            throws InterruptedException {
        boolean dryRun = options.dryRun() || !eviction.strings("deleteOptions.dryRun").isEmpty();
        var attempt = new Attempt(context, options, deleteOptions(eviction, dryRun));
        Tree pod = removeFree(attempt);
        if (pod == null) {
            return;
        }
        var budget = budget(context, pod);
        if (budget == null) {
            attempt.remove(attempt.asked());
        } else if (isExempt(pod, budget)) {
            removeExempt(attempt, pod, budget.string("metadata.name", ""));
        } else {
            take(context, budget, attempt.key().name(), dryRun);
            attempt.remove(attempt.asked());
        }
    }

    /// Removes a pod that no budget protects, as it is now: it might become ready meanwhile.
    ///
    /// @return null when it is done; else the pod, which its budget has to give free
    private @Nullable Tree removeFree(Attempt attempt) throws InterruptedException {
        for (int tries = 1; ; tries++) {
            Tree pod = state.serving().writes().store().readOrRefuse(pods, attempt.key()).object();
            if (!isFree(pod)) {
                return pod;
            }
            try {
                attempt.remove(isOver(pod) ? attempt.asked() : attempt.askedOf(pod));
                return null;
            } catch (ApiException e) {
                boolean again = e.error() instanceof ApiError.Conflict && !attempt.isPinned();
                if (!again || tries == TRIES_MAX) {
                    throw e;
                }
            }
            state.serving().timers().sleep(PAUSE);
        }
    }

    /// Removes a pod that does not count for its budget, unless it begins to meanwhile.
    private void removeExempt(Attempt attempt, Tree pod, String budget)
            throws InterruptedException {
        try {
            attempt.remove(attempt.asked().of(pod.string("metadata.resourceVersion", "")));
        } catch (ApiException e) {
            throw e.error() instanceof ApiError.Conflict && !attempt.isPinned()
                    ? unobserved(budget)
                    : e;
        }
    }

    private static ApiException unobserved(String budget) {
        return new ApiException(
                new ApiError.DisruptionBudget(
                        "The disruption budget "
                                + budget
                                + " is still being processed by the server.",
                        UNOBSERVED_RETRY));
    }

    /// One request for an eviction, with the deletion as the client wants it.
    private final class Attempt {

        private final RequestContext context;
        private final WriteRequest.WriteOptions options;
        private final DeleteOptions asked;
        private final ObjectKey key;

        Attempt(RequestContext context, WriteRequest.WriteOptions options, DeleteOptions asked) {
            this.context = context;
            this.options = options;
            this.asked = asked;
            this.key = new ObjectKey(context.info().namespace(), context.info().name());
        }

        ObjectKey key() {
            return key;
        }

        DeleteOptions asked() {
            return asked;
        }

        /// Whether the client itself says which version it means.
        boolean isPinned() {
            return asked.resourceVersion() != null;
        }

        DeleteOptions askedOf(Tree pod) {
            return isPinned() ? asked : asked.of(pod.string("metadata.resourceVersion", ""));
        }

        void remove(DeleteOptions delete) throws InterruptedException {
            var marked =
                    delete.dryRun()
                            ? delete
                            : mark(new WriteRequest(pods, context, key, "status", options), delete);
            state.serving()
                    .writes()
                    .remove(new WriteRequest(pods, context, key, "", options), marked);
        }
    }

    /// Notes in the pod why it goes, so that a job can tell it from a failure (upstream:
    /// `addConditionAndDeletePod`).
    ///
    /// @return the deletion that is asked for now: of exactly what was written
    private DeleteOptions mark(WriteRequest request, DeleteOptions delete)
            throws InterruptedException {
        var now = state.serving().timers().now().truncatedTo(ChronoUnit.SECONDS);
        Tree marked =
                state.serving()
                        .writes()
                        .adjust(
                                request,
                                fresh -> {
                                    requireSame(fresh, delete);
                                    condition(fresh, now);
                                    return fresh;
                                });
        return delete.resourceVersion() == null
                ? delete
                : delete.of(marked.string("metadata.resourceVersion", ""));
    }

    private static void requireSame(Tree pod, DeleteOptions delete) {
        requireSame("UID", delete.uid(), pod, "uid", "deleted and then recreated");
        requireSame(
                "ResourceVersion", delete.resourceVersion(), pod, "resourceVersion", "modified");
    }

    private static void requireSame(
            String what, @Nullable String wanted, Tree pod, String field, String fate) {
        String actual = pod.string("metadata." + field, "");
        if (wanted != null && !wanted.isEmpty() && !wanted.equals(actual)) {
            throw new ApiException(
                    new ApiError.Conflict(
                            new GroupResource("", "Pod"), // upstream's spelling
                            pod.string("metadata.name", ""),
                            ("the %s in the precondition (%s) does not match the %s in record (%s)."
                                            + " The object might have been %s")
                                    .formatted(what, wanted, what, actual, fate)));
        }
    }

    private static void condition(Tree pod, Instant now) {
        var conditions = pod.ensureList("status.conditions");
        var condition = conditions.find("type", DISRUPTION);
        if (condition == null) {
            condition = conditions.addTree();
            condition.set("type", DISRUPTION);
        }
        if (!condition.string("status", "").equals("True")) {
            condition.set("status", "True");
            condition.set("lastTransitionTime", now);
        }
        condition.set("reason", "EvictionByEvictionAPI");
        condition.set("message", "Eviction API: evicting");
    }

    private static DeleteOptions deleteOptions(Tree eviction, boolean dryRun) {
        var grace = eviction.number("deleteOptions.gracePeriodSeconds");
        var propagation =
                switch (eviction.string("deleteOptions.propagationPolicy", "")) {
                    case "Orphan" -> Propagation.ORPHAN;
                    case "Foreground" -> Propagation.FOREGROUND;
                    case "Background" -> Propagation.BACKGROUND;
                    default -> null;
                };
        return new DeleteOptions(
                grace == null ? null : grace.longValue(),
                eviction.bool("deleteOptions.orphanDependents"),
                propagation,
                eviction.string("deleteOptions.preconditions.uid"),
                eviction.string("deleteOptions.preconditions.resourceVersion"),
                dryRun,
                false);
    }

    /// Upstream's `canIgnorePDB`: nobody loses anything by these.
    private static boolean isFree(Tree pod) {
        return switch (pod.string("status.phase", "")) {
            case "Pending" -> true;
            default -> isOver(pod);
        };
    }

    /// Whether the pod cannot become ready any more.
    private static boolean isOver(Tree pod) {
        return switch (pod.string("status.phase", "")) {
            case "Succeeded", "Failed" -> true;
            default -> pod.has("metadata.deletionTimestamp");
        };
    }

    /// The budget that counts the pod, of those that are stored by now (upstream lists them without
    /// a version): a cache that is a moment behind would let a pod go in spite of a new one.
    private @Nullable Tree budget(RequestContext context, Tree pod) throws InterruptedException {
        var served = state.registry().find(BUDGETS);
        if (served != null) {
            served.reader().await(Freshness.LATEST, context.deadline());
        }
        var labels = pod.stringMap("metadata.labels");
        List<Tree> matching =
                state.lookup().list(BUDGETS, pod.string("metadata.namespace", "")).stream()
                        .filter(budget -> {
                            var selector = budget.tree("spec.selector");
                            return selector != null
                                    && Selector.of(TypedView.read(selector, LabelSelector.class))
                                            .matches(labels);
                        })
                        .toList();
        if (matching.size() > 1) {
            throw new ApiException( // upstream: a Status of its own, without a reason
                    new ApiError.Custom(
                            500,
                            "",
                            "This pod has more than one PodDisruptionBudget, which the eviction"
                                    + " subresource does not support."));
        }
        return matching.isEmpty() ? null : matching.getFirst();
    }

    /// A pod that is not ready does not count for the budget, when enough others are.
    private static boolean isExempt(Tree pod, Tree budget) {
        var conditions = pod.list("status.conditions");
        var ready = conditions == null ? null : conditions.find("type", "Ready");
        if (ready != null && ready.string("status", "").equals("True")) {
            return false;
        }
        if (budget.string("spec.unhealthyPodEvictionPolicy", "").equals("AlwaysAllow")) {
            return true;
        }
        long desired = budget.longValue("status.desiredHealthy", 0);
        return desired > 0 && budget.longValue("status.currentHealthy", 0) >= desired;
    }

    private void take(RequestContext context, Tree budget, String pod, boolean dryRun)
            throws InterruptedException {
        var resource = state.registry().find("policy", "v1", "poddisruptionbudgets");
        if (resource == null) {
            return;
        }
        var key = resource.stored().key(budget);
        var options =
                new WriteRequest.WriteOptions(
                        dryRun, io.j8s.apiserver.schema.FieldValidation.IGNORE, "", false);
        var request = new WriteRequest(resource, context, key, "status", options);
        state.serving().writes().adjust(request, fresh -> taken(fresh, pod));
    }

    private Tree taken(Tree budget, String pod) {
        String name = budget.string("metadata.name", "");
        if (budget.longValue("status.observedGeneration", 0)
                < budget.longValue("metadata.generation", 0)) {
            throw unobserved(name);
        }
        long allowed = budget.longValue("status.disruptionsAllowed", 0);
        if (allowed < 0) {
            throw broken(
                    name,
                    "pdb disruptions allowed is negative",
                    "pdb disruptions allowed is negative");
        }
        var disrupted = budget.ensureMap("status.disruptedPods");
        if (disrupted.size() > DISRUPTED_PODS_MAX) {
            throw broken(
                    name,
                    "DisruptedPods map too big - too many evictions not confirmed by PDB"
                            + " controller",
                    "too many pending evictions not confirmed by PDB controller");
        }
        if (allowed == 0) {
            throw new ApiException(
                    new ApiError.DisruptionBudget(exhausted(budget, name), Duration.ZERO));
        }
        var now = state.serving().timers().now().truncatedTo(ChronoUnit.SECONDS);
        budget.set("status.disruptionsAllowed", allowed - 1);
        if (allowed == 1) {
            tellExhausted(budget, now);
        }
        disrupted.put(pod, now);
        return budget;
    }

    private static ApiException broken(String budget, String why, String detail) {
        return new ApiException(
                new ApiError.BrokenDisruptionBudget(budget, why, refused(budget) + ": " + detail));
    }

    private static String refused(String budget) {
        return "The disruption budget " + budget + " does not allow evicting pods currently";
    }

    /// Why a budget has nothing to give. After a failed sync its numbers are not to be trusted.
    private static String exhausted(Tree budget, String name) {
        var conditions = budget.list("status.conditions");
        var allowed = conditions == null ? null : conditions.find("type", ALLOWED);
        boolean refuses = allowed != null && allowed.string("status", "").equals("False");
        String message = allowed != null && refuses ? allowed.string("message", "") : "";
        String reason = allowed != null && !message.isEmpty() ? allowed.string("reason", "") : "";
        if (reason.equals("SyncFailed")) {
            return refused(name) + " because it failed sync: " + message;
        }
        long current = budget.longValue("status.currentHealthy", 0);
        long desired = budget.longValue("status.desiredHealthy", 0);
        if (current <= desired) {
            return "The disruption budget %s needs %d healthy pods and has %d currently"
                    .formatted(name, desired, current);
        }
        return refused(name) + (message.isEmpty() ? "" : " (" + reason + "): " + message);
    }

    /// The last disruption is taken: the budget's condition says so at once (upstream:
    /// `UpdateDisruptionAllowedCondition`).
    private static void tellExhausted(Tree budget, Instant now) {
        var conditions = budget.ensureList("status.conditions");
        var condition = conditions.find("type", ALLOWED);
        if (condition == null) {
            condition = conditions.addTree();
            condition.set("type", ALLOWED);
        }
        if (!condition.string("status", "").equals("False")) {
            condition.set("status", "False");
            condition.set("lastTransitionTime", now);
        }
        condition.set("reason", "InsufficientPods");
        condition.set("message", "");
        condition.set("observedGeneration", budget.longValue("status.observedGeneration", 0));
    }
}
