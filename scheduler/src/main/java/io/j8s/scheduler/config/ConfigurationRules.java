package io.j8s.scheduler.config;

import io.j8s.machinery.errors.FieldError;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.quantity.GoDuration;
import io.j8s.scheduler.core.ExtensionPoint;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What a configuration must keep to (upstream: `ValidateKubeSchedulerConfiguration`); everything
/// that is wrong is collected.
final class ConfigurationRules {

    private static final String VERSION = "kubescheduler.config.k8s.io/v1";
    private static final double JITTER = 1.2; // upstream: leaderelection.JitterFactor
    private static final Set<String> REMOVED =
            Set.of("AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits");

    private final FieldErrors errors = new FieldErrors();

    FieldErrors errors() {
        return errors;
    }

    void parallelism(int value) {
        if (value <= 0) {
            errors.invalid("parallelism", value, "should be an integer value greater than zero");
        }
    }

    void burst(long value) {
        if (value < 0) {
            errors.invalid("clientConnection.burst", value, "must be non-negative");
        }
    }

    void resourceLock(boolean leaderElect, String value) {
        if (leaderElect && !value.equals("leases")) {
            errors.invalid(
                    "leaderElection.resourceLock", value, "resourceLock value must be \"leases\"");
        }
    }

    void percentage(String path, @Nullable Integer value) {
        if (value != null && (value < 0 || value > 100)) {
            errors.invalid(path, value, "not in valid range [0-100]");
        }
    }

    void backoff(long initial, long max) {
        if (initial <= 0) {
            errors.invalid("podInitialBackoffSeconds", initial, "must be greater than 0");
        }
        if (max < initial) {
            errors.invalid(
                    "podMaxBackoffSeconds",
                    max,
                    "must be greater than or equal to PodInitialBackoffSeconds");
        }
    }

    /// Webhooks of the scheduler are not there: to ignore them would place pods wrongly.
    void extenders(@Nullable Object extenders) {
        if (extenders instanceof List<?> list && !list.isEmpty()) {
            errors.forbidden("extenders", "this scheduler calls no extenders");
        }
    }

    void election(SchedulerConfiguration.LeaderElection election) {
        if (!election.leaderElect()) {
            return;
        }
        positive("leaderElection.leaseDuration", election.leaseDuration());
        positive("leaderElection.renewDeadline", election.renewDeadline());
        positive("leaderElection.retryPeriod", election.retryPeriod());
        if (election.leaseDuration().compareTo(election.renewDeadline()) <= 0) {
            errors.invalid(
                    "leaderElection.leaseDuration",
                    GoDuration.print(election.renewDeadline()),
                    "must be greater than `RenewDeadline`");
        }
    }

    private void positive(String path, Duration value) {
        if (!value.isPositive()) {
            errors.invalid(path, GoDuration.print(value), "must be greater than zero");
        }
    }

    /// What the elector itself refuses, which upstream makes after all else is found good.
    void elector(SchedulerConfiguration.LeaderElection election) throws ConfigurationException {
        if (!election.leaderElect()) {
            return;
        }
        double longest = election.retryPeriod().toNanos() * JITTER;
        if (election.renewDeadline().toNanos() <= longest) {
            throw new ConfigurationException(
                    "couldn't create leader elector: renewDeadline must be greater than"
                            + " retryPeriod*JitterFactor");
        }
    }

    /// A value that is printed as it is.
    private record Plain(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    void removed(String path, @Nullable PluginSet set) {
        if (set == null) {
            return;
        }
        for (int i = 0; i < set.enabled().size(); i++) {
            removed(path + ".enabled[" + i + "]", set.enabled().get(i).name());
        }
    }

    private void removed(String path, String plugin) {
        if (REMOVED.contains(plugin)) {
            gone(path, plugin, VERSION);
        }
    }

    /// The same of arguments, where upstream names the version without its group.
    boolean argumentsRemoved(String path, String plugin) {
        if (!REMOVED.contains(plugin)) {
            return false;
        }
        gone(path, plugin, "v1");
        return true;
    }

    private void gone(String path, String plugin, String since) {
        errors.invalid(
                path,
                plugin,
                "was invalid in version \"%s\" (KubeSchedulerConfiguration is version \"%s\")"
                        .formatted(since, VERSION));
    }

    void profiles(List<ProfileConfiguration> profiles) {
        var seen = new HashMap<String, Integer>();
        for (int i = 0; i < profiles.size(); i++) {
            var profile = profiles.get(i);
            String path = "profiles[%d]".formatted(i);
            if (profile.schedulerName().isEmpty()) {
                errors.required(path + ".schedulerName", "");
            }
            percentage(path + ".percentageOfNodesToScore", profile.nodesToScorePercent());
            var first = seen.putIfAbsent(profile.schedulerName(), i);
            if (first != null) {
                errors.duplicate(
                        path + ".schedulerName",
                        new Plain("{}")); // upstream prints the path of the first as an object
            }
        }
        sameQueueSort(profiles);
    }

    private void sameQueueSort(List<ProfileConfiguration> profiles) {
        var first = profiles.getFirst().at(ExtensionPoint.QUEUE_SORT);
        if (first.enabled().size() > 1) {
            errors.invalid(
                    "profiles[0].plugins.queueSort.Enabled",
                    first.enabled().size(),
                    "only one queue sort plugin can be enabled");
        }
        for (int i = 1; i < profiles.size(); i++) {
            var other = profiles.get(i).at(ExtensionPoint.QUEUE_SORT);
            if (!other.equals(first)) {
                errors.invalid(
                        "profiles[%d].plugins.queueSort".formatted(i),
                        new Plain(json(other)),
                        "must be the same for all profiles");
            }
        }
    }

    private static String json(PluginSet set) {
        var enabled =
                set.enabled().stream()
                        .map(e -> "{\"Name\":\"%s\",\"Weight\":%d}".formatted(e.name(), e.weight()))
                        .collect(Collectors.joining(","));
        var disabled =
                set.disabled().stream()
                        .map(name -> "{\"Name\":\"%s\",\"Weight\":0}".formatted(name))
                        .collect(Collectors.joining(","));
        return "{\"Enabled\":%s,\"Disabled\":%s}".formatted(list(enabled), list(disabled));
    }

    private static String list(String elements) {
        return elements.isEmpty() ? "null" : "[" + elements + "]";
    }

    /// Throws with all that is wrong: alone as it is, several in brackets.
    void check() throws ConfigurationException {
        if (!errors.isEmpty()) {
            throw new ConfigurationException(aggregate(errors));
        }
    }

    static String aggregate(FieldErrors errors) {
        var all = errors.list().stream().map(FieldError::toString).distinct().toList();
        return all.size() == 1 ? all.getFirst() : "[" + String.join(", ", all) + "]";
    }
}
