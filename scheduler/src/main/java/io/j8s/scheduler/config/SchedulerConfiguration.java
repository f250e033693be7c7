package io.j8s.scheduler.config;

import io.j8s.scheduler.core.BackoffPolicy;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// `KubeSchedulerConfiguration` with its defaults filled in and its rules kept.
///
/// @param nodesToScorePercent `percentageOfNodesToScore`; 0 for upstream's adaptive share
/// @param parallelism how many nodes may be looked at at once. One thread looks at all of them: a
///   look takes less than handing it over, so that every allowed value is kept
/// @param delayCacheUntilActive whether a scheduler that stands by reads nothing of the cluster
public record SchedulerConfiguration(
        List<ProfileConfiguration> profiles,
        int nodesToScorePercent,
        BackoffPolicy backoff,
        LeaderElection leaderElection,
        ClientConnection connection,
        int parallelism,
        Debugging debugging,
        boolean delayCacheUntilActive) {

    /// `clientConnection`.
    ///
    /// @param kubeconfig null when the file does not name one
    /// @param contentType what was asked for; our client speaks JSON
    /// @param qps requests a second; below 0 for no limit
    public record ClientConnection(
            @Nullable String kubeconfig,
            String acceptContentTypes,
            String contentType,
            double qps,
            int burst) {

        public static final ClientConnection STANDARD =
                new ClientConnection(null, "", "application/vnd.kubernetes.protobuf", 50, 100);
    }

    /// `enableProfiling` and `enableContentionProfiling`.
    ///
    /// @param isAskedFor whether the file says so itself: Go's profiles do not exist here
    public record Debugging(
            boolean enableProfiling, boolean enableContentionProfiling, boolean isAskedFor) {
        public static final Debugging STANDARD = new Debugging(true, true, false);
    }

    public static final int PARALLELISM = 16; // upstream: parallelize.DefaultParallelism

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
                                    PluginArguments.STANDARD,
                                    Map.of())),
                    0,
                    BackoffPolicy.STANDARD,
                    LeaderElection.STANDARD,
                    ClientConnection.STANDARD,
                    PARALLELISM,
                    Debugging.STANDARD,
                    false);

    public SchedulerConfiguration {
        profiles = List.copyOf(profiles);
    }

    /// The same with another back-off.
    public SchedulerConfiguration with(BackoffPolicy other) {
        return new SchedulerConfiguration(
                profiles,
                nodesToScorePercent,
                other,
                leaderElection,
                connection,
                parallelism,
                debugging,
                delayCacheUntilActive);
    }
}
