package io.j8s.controllers.gc;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NamespaceCondition;
import io.fabric8.kubernetes.api.model.NamespaceConditionBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Backoff;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Discovery;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Empties a namespace that is being deleted, pods first, then every other resource that discovery
/// names, and takes its own finalizer away when nothing is left (upstream:
/// `pkg/controller/namespace/deletion`).
public final class NamespaceController implements Controller {

    private static final String FINALIZER = "kubernetes";
    private static final long FINALIZER_ESTIMATE = 15; // upstream: finalizerEstimateSeconds
    private static final GroupVersionResource PODS = Kinds.PODS.resource();

    /// Upstream waits 5 s so that every API server has heard of the deletion and creates nothing
    /// more; ours share one watch cache or hear within milliseconds.
    private static final Duration SETTLE = Duration.ofMillis(500);

    /// What one resource left behind.
    ///
    /// @param failure empty unless something is left that should not be
    private record Left(int items, Map<String, Integer> finalizers, long estimate, String failure) {
        static final Left NOTHING = new Left(0, Map.of(), 0, "");
    }

    /// What a round over all resources found, as the conditions tell it.
    ///
    /// @param discoveryFailure empty when all groups answered
    /// @param waitsForPods pods are left, and nothing else was looked at
    record Round(
            String discoveryFailure,
            List<String> failures,
            Map<String, Integer> remaining,
            Map<String, Integer> finalizers,
            long estimate,
            boolean waitsForPods) {
        Round {
            failures = List.copyOf(failures);
            remaining = Map.copyOf(remaining);
            finalizers = Map.copyOf(finalizers);
        }

        boolean isDone() {
            return discoveryFailure.isEmpty()
                    && failures.isEmpty()
                    && remaining.isEmpty()
                    && !waitsForPods
                    && estimate == 0;
        }
    }

    private final Api api;
    private final Timers timers;
    private final Informer<Namespace> namespaces;
    private final Informer<Pod> pods;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public NamespaceController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.namespaces = context.informer(Kinds.NAMESPACES);
        this.pods = context.informer(Kinds.PODS);
        this.queue =
                context.keyedQueue(
                        "namespace",
                        new Backoff<>(timers, Duration.ofMillis(5), Duration.ofSeconds(60)));
        this.loops = List.of(context.loop(queue, this::reconcile, 10));
        namespaces.onChange(this::changed);
        pods.onChange(this::podChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void changed(@Nullable Namespace before, @Nullable Namespace after) {
        if (after != null && Meta.isTerminating(after) && !isFinalized(after)) {
            queue.addAfter(Meta.key(after), SETTLE);
        }
    }

    /// Upstream waits for half of the longest grace period that a pod was given; most pods end much
    /// sooner, and nothing else can be deleted before the last one is gone.
    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        if (before == null || after != null) {
            return;
        }
        var key = ObjectKey.clusterScoped(Meta.namespace(before));
        if (pods.isEmptyIn(key.name())
                && namespaces.get(key).filter(Meta::isTerminating).isPresent()) {
            queue.addAfter(key, SETTLE);
        }
    }

    Outcome reconcile(ObjectKey key) {
        var cached = namespaces.get(key);
        if (cached.isEmpty() || !Meta.isTerminating(cached.get())) {
            return Outcome.DONE;
        }
        Namespace namespace;
        try {
            namespace = api.get(Kinds.NAMESPACES, key);
        } catch (StatusException gone) {
            if (gone.isNotFound()) {
                return Outcome.DONE;
            }
            throw gone;
        }
        if (!Meta.isTerminating(namespace)) {
            return Outcome.DONE;
        }
        namespace = markTerminating(namespace);
        if (isFinalized(namespace)) {
            return Outcome.DONE;
        }
        var round = deleteContent(namespace);
        namespace = writeConditions(namespace, round);
        if (!round.failures.isEmpty() || !round.discoveryFailure.isEmpty()) {
            throw new StatusException(
                    500, "", String.join(", ", round.failures) + round.discoveryFailure);
        }
        if (!round.isDone()) {
            return new Outcome.Again(Duration.ofSeconds(Math.max(round.estimate, 1) / 2 + 1));
        }
        finalizeNamespace(namespace);
        return Outcome.DONE;
    }

    private Namespace markTerminating(Namespace namespace) {
        if (namespace.getStatus() != null
                && "Terminating".equals(namespace.getStatus().getPhase())) {
            return namespace;
        }
        return api.updateStatus(
                Kinds.NAMESPACES,
                new NamespaceBuilder(namespace)
                        .editOrNewStatus()
                        .withPhase("Terminating")
                        .endStatus()
                        .build());
    }

    private Round deleteContent(Namespace namespace) {
        var failures = new ArrayList<String>();
        var remaining = new TreeMap<String, Integer>();
        var finalizers = new TreeMap<String, Integer>();
        var discovered = Discovery.preferred(api);
        var discoveryFailure =
                discovered.failedGroups().isEmpty()
                        ? ""
                        : "Discovery failed for some groups, %d failing: %s"
                                .formatted(
                                        discovered.failedGroups().size(),
                                        "unable to retrieve the complete list of server APIs: "
                                                + discovered.failedGroups().stream()
                                                        .map(g ->
                                                                g
                                                                        + ": stale GroupVersion"
                                                                        + " discovery: "
                                                                        + g)
                                                        .collect(Collectors.joining(", ")));
        var deletable =
                discovered.resources().stream()
                        .filter(r -> r.isNamespaced() && r.supports("delete"))
                        .sorted((a, b) -> Boolean.compare(isPods(b), isPods(a)))
                        .toList();
        long estimate = 0;
        boolean waitsForPods = false;
        for (var resource : deletable) {
            try {
                var left = deleteAll(resource, namespace);
                estimate = Math.max(estimate, left.estimate);
                if (!left.failure.isEmpty()) {
                    failures.add(left.failure);
                }
                waitsForPods = isPods(resource) && left.items > 0;
                if (left.items > 0 && !waitsForPods) {
                    remaining.put(name(resource), left.items);
                    left.finalizers.forEach(
                            (name, count) -> finalizers.merge(name, count, Integer::sum));
                }
            } catch (StatusException failed) {
                failures.add(failed.message());
            }
            if (waitsForPods) {
                // upstream: OrderedNamespaceDeletion, nothing goes before the pods, and the
                // conditions do not tell of them
                break;
            }
        }
        return new Round(discoveryFailure, failures, remaining, finalizers, estimate, waitsForPods);
    }

    private static boolean isPods(Discovery.Resource resource) {
        return resource.resource().equals(PODS);
    }

    private static String name(Discovery.Resource resource) {
        return resource.resource().resource() + "." + resource.resource().group();
    }

    private Left deleteAll(Discovery.Resource resource, Namespace owner) {
        var namespace = Meta.name(owner);
        var kind =
                new Kind<>(
                        GenericKubernetesResource.class,
                        resource.resource().group(),
                        resource.resource().version(),
                        resource.resource().resource(),
                        resource.kind(),
                        true,
                        true);
        long estimate = isPods(resource) ? podEstimate(owner) : 0;
        if (resource.supports("deletecollection")) {
            api.deleteCollection(kind, namespace, Api.Delete.BACKGROUND);
        } else if (resource.supports("list")) {
            for (var item : api.list(kind, Api.Query.all(namespace)).items()) {
                deleteOne(kind, item);
            }
        }
        if (!resource.supports("list")) {
            return new Left(0, Map.of(), estimate, "");
        }
        var items = api.list(kind, Api.Query.all(namespace)).items();
        if (items.isEmpty()) {
            return Left.NOTHING;
        }
        var finalizers = new TreeMap<String, Integer>();
        items.forEach(item ->
                Meta.finalizers(item).forEach(name -> finalizers.merge(name, 1, Integer::sum)));
        if (estimate == 0 && finalizers.isEmpty()) {
            return new Left(
                    items.size(),
                    finalizers,
                    0,
                    "unexpected items still remain in namespace: %s for gvr: %s/%s, Resource=%s"
                            .formatted(
                                    namespace,
                                    resource.resource().group(),
                                    resource.resource().version(),
                                    resource.resource().resource()));
        }
        return new Left(
                items.size(), finalizers, estimate == 0 ? FINALIZER_ESTIMATE : estimate, "");
    }

    private void deleteOne(Kind<?> kind, GenericKubernetesResource item) {
        try {
            api.delete(kind, Meta.key(item), Api.Delete.BACKGROUND);
        } catch (StatusException refused) {
            if (!refused.isNotFound() && !refused.isMethodNotSupported()) {
                throw refused;
            }
        }
    }

    /// How long the slowest pod may take to end; 0 when that time is over.
    private long podEstimate(Namespace namespace) {
        long slowest = slowestPod(Meta.name(namespace));
        var deleted = Meta.time(namespace.getMetadata().getDeletionTimestamp());
        return deleted != null && !deleted.plusSeconds(slowest).isAfter(timers.now()) ? 0 : slowest;
    }

    private long slowestPod(String namespace) {
        return api.list(Kinds.PODS, Api.Query.all(namespace)).items().stream()
                .filter(pod -> pod.getStatus() == null || !isTerminal(pod.getStatus().getPhase()))
                .mapToLong(pod -> Meta.orZero(pod.getSpec().getTerminationGracePeriodSeconds()))
                .max()
                .orElse(0);
    }

    private static boolean isTerminal(@Nullable String phase) {
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    private static boolean isFinalized(Namespace namespace) {
        return namespace.getSpec() == null
                || namespace.getSpec().getFinalizers() == null
                || namespace.getSpec().getFinalizers().isEmpty();
    }

    private Namespace writeConditions(Namespace namespace, Round round) {
        var before = namespace.getStatus().getConditions();
        var after = conditions(before, round, Meta.timestamp(timers.now()));
        if (after.equals(before)) {
            return namespace;
        }
        return api.updateStatus(
                Kinds.NAMESPACES,
                new NamespaceBuilder(namespace)
                        .editStatus()
                        .withConditions(after)
                        .endStatus()
                        .build());
    }

    /// Pure: the five conditions of a namespace that is being deleted.
    static List<NamespaceCondition> conditions(
            List<NamespaceCondition> before, Round round, String now) {
        var wanted = new ArrayList<NamespaceCondition>();
        wanted.add(
                condition(
                        "NamespaceDeletionDiscoveryFailure",
                        round.discoveryFailure,
                        "DiscoveryFailed",
                        "ResourcesDiscovered",
                        "All resources successfully discovered",
                        now));
        wanted.add(
                condition(
                        "NamespaceDeletionGroupVersionParsingFailure",
                        "",
                        "GroupVersionParsingFailed",
                        "ParsedGroupVersions",
                        "All legacy kube types successfully parsed",
                        now));
        wanted.add(
                condition(
                        "NamespaceDeletionContentFailure",
                        round.failures.isEmpty()
                                ? ""
                                : "Failed to delete all resource types, %d remaining: %s"
                                        .formatted(
                                                round.failures.size(),
                                                round.failures.stream()
                                                        .sorted()
                                                        .collect(Collectors.joining(", "))),
                        "ContentDeletionFailed",
                        "ContentDeleted",
                        "All content successfully deleted, may be waiting on finalization",
                        now));
        wanted.add(
                condition(
                        "NamespaceContentRemaining",
                        counts(
                                "Some resources are remaining: ",
                                " has %d resource instances",
                                round.remaining),
                        "SomeResourcesRemain",
                        "ContentRemoved",
                        "All content successfully removed",
                        now));
        wanted.add(
                condition(
                        "NamespaceFinalizersRemaining",
                        counts(
                                "Some content in the namespace has finalizers remaining: ",
                                " in %d resource instances",
                                round.finalizers),
                        "SomeFinalizersRemain",
                        "ContentHasNoFinalizers",
                        "All content-preserving finalizers finished",
                        now));
        return merge(before, wanted);
    }

    private static String counts(String head, String each, Map<String, Integer> counts) {
        return counts.isEmpty()
                ? ""
                : new TreeMap<>(counts)
                        .entrySet().stream()
                                .map(e -> e.getKey() + each.formatted(e.getValue()))
                                .collect(Collectors.joining(", ", head, ""));
    }

    private static NamespaceCondition condition(
            String type,
            String failure,
            String failedReason,
            String okReason,
            String okMessage,
            String now) {
        boolean failed = !failure.isEmpty();
        return new NamespaceConditionBuilder()
                .withType(type)
                .withStatus(failed ? "True" : "False")
                .withReason(failed ? failedReason : okReason)
                .withMessage(failed ? failure : okMessage)
                .withLastTransitionTime(now)
                .build();
    }

    private static List<NamespaceCondition> merge(
            List<NamespaceCondition> before, List<NamespaceCondition> wanted) {
        var result = new ArrayList<>(before);
        for (var condition : wanted) {
            int at = -1;
            for (int i = 0; i < result.size(); i++) {
                if (result.get(i).getType().equals(condition.getType())) {
                    at = i;
                }
            }
            if (at < 0) {
                result.add(condition);
            } else {
                boolean same = result.get(at).getStatus().equals(condition.getStatus());
                result.set(
                        at,
                        same
                                ? new NamespaceConditionBuilder(condition)
                                        .withLastTransitionTime(
                                                result.get(at).getLastTransitionTime())
                                        .build()
                                : condition);
            }
        }
        return result;
    }

    private void finalizeNamespace(Namespace namespace) {
        var rest =
                namespace.getSpec().getFinalizers().stream()
                        .filter(name -> !name.equals(FINALIZER))
                        .toList();
        try {
            api.updateSubresource(
                    Kinds.NAMESPACES,
                    "finalize",
                    new NamespaceBuilder(namespace)
                            .editSpec()
                            .withFinalizers(rest)
                            .endSpec()
                            .build());
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }
}
