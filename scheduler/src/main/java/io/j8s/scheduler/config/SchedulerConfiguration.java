package io.j8s.scheduler.config;

import io.j8s.scheduler.core.BackoffPolicy;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// `KubeSchedulerConfiguration` with its defaults filled in and its rules kept.
///
/// @param nodesToScorePercent `percentageOfNodesToScore`; 0 for upstream's adaptive share
public record SchedulerConfiguration(
        List<ProfileConfiguration> profiles,
        int nodesToScorePercent,
        BackoffPolicy backoff,
        LeaderElection leaderElection,
        @Nullable String kubeconfig) {

    /// `leaderElection`.
    public record LeaderElection(
            boolean leaderElect,
            Duration leaseDuration,
            Duration renewDeadline,
            Duration retryPeriod,
            String resourceNamespace,
            String resourceName) {

        public static final LeaderElection STANDARD =
                new LeaderElection(
                        true,
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2),
                        "kube-system",
                        "kube-scheduler");
    }

    public static final String DEFAULT_SCHEDULER = "default-scheduler";

    /// What holds without a file.
    public static final SchedulerConfiguration STANDARD =
            new SchedulerConfiguration(
                    List.of(
                            new ProfileConfiguration(
                                    DEFAULT_SCHEDULER,
                                    null,
                                    DefaultPlugins.ALL,
                                    Map.of(),
                                    PluginArguments.STANDARD)),
                    0,
                    BackoffPolicy.STANDARD,
                    LeaderElection.STANDARD,
                    null);

    public SchedulerConfiguration {
        profiles = List.copyOf(profiles);
    }

    /// The same with another back-off.
    public SchedulerConfiguration with(BackoffPolicy other) {
        return new SchedulerConfiguration(
                profiles, nodesToScorePercent, other, leaderElection, kubeconfig);
    }
}
