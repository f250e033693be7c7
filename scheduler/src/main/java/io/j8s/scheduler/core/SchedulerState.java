package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// What the parts of one scheduler share: what it knows of the cluster, its queue and its ways to
/// tell the world. Made before the profiles, because plugins use it. Each part guards itself.
public final class SchedulerState {

    /// @param nodesToScorePercent 0 for upstream's adaptive share
    /// @param bindings runs bindings; each may block
    public record Settings(
            BackoffPolicy backoff,
            int nodesToScorePercent,
            RandomGenerator random,
            Executor bindings) {}

    private final Settings settings;
    private final Timers timers;
    private final Informer<Namespace> namespaces;
    private final ClusterCache cache;
    private final Nominations nominations = new Nominations();
    private final SchedulerMetrics metrics;
    private final SchedulerEvents events;
    private final PodStatusWriter statuses;
    private final WaitingPods waiting;
    private final Informer<Pod> pods;
    private final Map<String, Profile> profiles = new LinkedHashMap<>();
    private final Map<String, ProfileMetrics> profileMetrics = new LinkedHashMap<>();
    private @Nullable SchedulingQueue queue;
    private @Nullable FailureHandler failures;

    public SchedulerState(
            Informers informers,
            Timers timers,
            Settings settings,
            SchedulerMetrics metrics,
            SchedulerEvents events,
            PodStatusWriter statuses) {
        this.timers = timers;
        this.settings = settings;
        this.metrics = metrics;
        this.events = events;
        this.statuses = statuses;
        namespaces = informers.of(Kinds.NAMESPACES);
        pods = informers.of(Kinds.PODS);
        cache = new ClusterCache(this::namespaceLabels);
        waiting = new WaitingPods(timers);
    }

    /// Takes the profiles, once, before anything is scheduled.
    ///
    /// @param all at least one, with different scheduler names and the same queue sort
    public void use(List<Profile> all) {
        for (Profile profile : all) {
            profiles.put(profile.schedulerName(), profile);
            var told = metrics.of(profile.schedulerName());
            told.mayEvaluate(profile);
            profileMetrics.put(profile.schedulerName(), told);
        }
        queue =
                new SchedulingQueue(
                        timers,
                        settings.backoff(),
                        all.getFirst().queueSort().order(),
                        new ProfileRules(),
                        metrics::entered);
        failures = new FailureHandler(pods, queue(), nominations, events, statuses);
        metrics.watch(queue(), cache);
    }

    /// Asked within the queue's monitor, which guards it.
    private final class ProfileRules implements SchedulingQueue.Rules {

        // measuring costs as much as a hint: of one change's many only the first are
        private static final int HINTS_MEASURED_MAX = 64;

        private @Nullable ClusterChange measuredChange;
        private int hintsToMeasure;

        private boolean hinted(String plugin, ClusterChange change, BooleanSupplier hint) {
            if (hintsToMeasure == 0) {
                return hint.getAsBoolean();
            }
            hintsToMeasure--;
            long began = metrics.begin();
            boolean isWorthATry = hint.getAsBoolean();
            metrics.hinted(plugin, change.label(), isWorthATry, began);
            return isWorthATry;
        }

        @Override
        public @Nullable String gatedBy(PodInfo pod) {
            var profile = profileOf(pod);
            var measured = metrics(profile.schedulerName());
            long began = measured.begin();
            var gate = profile.gatedBy(pod, measured);
            // upstream: the status is not that of the plugins
            measured.end(ExtensionPoint.PRE_ENQUEUE, ProfileMetrics.SUCCESS, began);
            return gate;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // this very change, not one that looks like it
        public boolean isWorthATry(PodInfo pod, Set<String> rejectedBy, ClusterChange change) {
            if (change != measuredChange) {
                measuredChange = change;
                hintsToMeasure = HINTS_MEASURED_MAX;
            }
            return profileOf(pod).isWorthATry(pod, rejectedBy, change, this::hinted);
        }

        @Override
        public boolean isOfInterest(PodInfo pod, String plugin, ClusterChange change) {
            return profileOf(pod).isOfInterest(plugin, change);
        }
    }

    Settings settings() {
        return settings;
    }

    Timers timers() {
        return timers;
    }

    public ClusterCache cache() {
        return cache;
    }

    public Nominations nominations() {
        return nominations;
    }

    public SchedulerMetrics metrics() {
        return metrics;
    }

    ProfileMetrics metrics(String profile) {
        var found = profileMetrics.get(profile);
        if (found == null) {
            throw new IllegalStateException("no profile " + profile);
        }
        return found;
    }

    public SchedulerEvents events() {
        return events;
    }

    public PodStatusWriter statuses() {
        return statuses;
    }

    public WaitingPods waiting() {
        return waiting;
    }

    public SchedulingQueue queue() {
        var made = queue;
        if (made == null) {
            throw new IllegalStateException("the scheduler has no profiles yet");
        }
        return made;
    }

    FailureHandler failures() {
        var made = failures;
        if (made == null) {
            throw new IllegalStateException("the scheduler has no profiles yet");
        }
        return made;
    }

    Map<String, Profile> profiles() {
        return profiles;
    }

    boolean isMine(Pod pod) {
        return profiles.containsKey(Meta.orEmpty(pod.getSpec().getSchedulerName()));
    }

    Profile profileOf(PodInfo pod) {
        var profile = profiles.get(Meta.orEmpty(pod.spec().getSchedulerName()));
        if (profile == null) {
            throw new IllegalStateException("queued a pod of another scheduler: " + pod);
        }
        return profile;
    }

    private Map<String, String> namespaceLabels(String name) {
        return namespaces.get(ObjectKey.clusterScoped(name)).map(Meta::labels).orElse(Map.of());
    }
}
