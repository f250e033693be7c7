package io.j8s.apiserver.subresource;

import io.fabric8.kubernetes.api.model.LabelSelector;
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
    private static final GroupVersionKind KIND = new GroupVersionKind("policy", "v1", "Eviction");
    private static final String DISRUPTION = "DisruptionTarget";
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
                    evict(context, eviction, options);
                    serving.answers()
                            .success(
                                    exchange,
                                    201,
                                    new Status("Success", "", "", null, 201, ""),
                                    context.warnings());
                });
    }

    private void evict(RequestContext context, Tree eviction, WriteRequest.WriteOptions options)
            throws InterruptedException {
        var key = new ObjectKey(context.info().namespace(), context.info().name());
        var stored = state.serving().writes().store().read(pods.stored(), key);
        if (stored == null) {
            throw new ApiException(new ApiError.NotFound(pods.groupResource(), key.name()));
        }
        Tree pod = stored.object();
        boolean dryRun = options.dryRun() || !eviction.strings("deleteOptions.dryRun").isEmpty();
        if (!isFree(pod)) {
            var budget = budget(pod);
            if (budget != null && !isExempt(pod, budget)) {
                take(context, budget, key.name(), dryRun);
            }
        }
        var request = new WriteRequest(pods, context, key, "", options);
        var delete = deleteOptions(eviction, dryRun);
        if (!dryRun) {
            delete = mark(new WriteRequest(pods, context, key, "status", options), delete);
        }
        state.serving().writes().remove(request, delete);
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
                : new DeleteOptions(
                        delete.gracePeriodSeconds(),
                        delete.orphanDependents(),
                        delete.propagation(),
                        delete.uid(),
                        marked.string("metadata.resourceVersion"),
                        delete.dryRun(),
                        delete.isUnsafe());
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
            case "Succeeded", "Failed", "Pending" -> true;
            default -> pod.has("metadata.deletionTimestamp");
        };
    }

    private @Nullable Tree budget(Tree pod) {
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
            throw new ApiException(
                    new ApiError.Internal(
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
            throw new ApiException(
                    new ApiError.DisruptionBudget(
                            "The disruption budget "
                                    + name
                                    + " is still being processed by the server.",
                            UNOBSERVED_RETRY));
        }
        long allowed = budget.longValue("status.disruptionsAllowed", 0);
        if (allowed < 0) {
            throw new ApiException(
                    new ApiError.Forbidden(BUDGETS, name, "pdb disruptions allowed is negative"));
        }
        var disrupted = budget.ensureMap("status.disruptedPods");
        if (disrupted.size() > DISRUPTED_PODS_MAX) {
            throw new ApiException(
                    new ApiError.Forbidden(
                            BUDGETS,
                            name,
                            "DisruptedPods map too big - too many evictions not confirmed by PDB"
                                    + " controller"));
        }
        if (allowed == 0) {
            throw new ApiException(
                    new ApiError.DisruptionBudget(
                            "The disruption budget %s needs %d healthy pods and has %d currently"
                                    .formatted(
                                            name,
                                            budget.longValue("status.desiredHealthy", 0),
                                            budget.longValue("status.currentHealthy", 0)),
                            Duration.ZERO));
        }
        budget.set("status.disruptionsAllowed", allowed - 1);
        disrupted.put(pod, state.serving().timers().now().truncatedTo(ChronoUnit.SECONDS));
        return budget;
    }
}
