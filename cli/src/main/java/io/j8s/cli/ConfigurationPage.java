package io.j8s.cli;

import io.j8s.machinery.quantity.GoDuration;
import io.j8s.scheduler.config.SchedulerConfiguration;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// A scheduler's configuration as `/configz` tells it: `KubeSchedulerConfiguration` of
/// `kubescheduler.config.k8s.io/v1` with its defaults. Pure.
final class ConfigurationPage {

    private ConfigurationPage() {}

    static Map<String, ?> of(
            SchedulerConfiguration config,
            SchedulerConfiguration.LeaderElection election,
            Path kubeconfig) {
        var page = new LinkedHashMap<String, Object>();
        page.put("kind", "KubeSchedulerConfiguration");
        page.put("apiVersion", "kubescheduler.config.k8s.io/v1");
        page.put("parallelism", config.parallelism());
        page.put("leaderElection", election(election));
        page.put("clientConnection", connection(config.connection(), kubeconfig));
        page.put("enableProfiling", config.debugging().enableProfiling());
        page.put("enableContentionProfiling", config.debugging().enableContentionProfiling());
        page.put("percentageOfNodesToScore", config.nodesToScorePercent());
        page.put("podInitialBackoffSeconds", config.backoff().initial().toSeconds());
        page.put("podMaxBackoffSeconds", config.backoff().max().toSeconds());
        page.put("profiles", config.profiles().stream().map(ProfilePage::of).toList());
        if (config.delayCacheUntilActive()) {
            page.put("delayCacheUntilActive", true);
        }
        return page;
    }

    private static Map<String, ?> election(SchedulerConfiguration.LeaderElection election) {
        var told = new LinkedHashMap<String, Object>();
        told.put("leaderElect", election.leaderElect());
        told.put("leaseDuration", GoDuration.print(election.leaseDuration()));
        told.put("renewDeadline", GoDuration.print(election.renewDeadline()));
        told.put("retryPeriod", GoDuration.print(election.retryPeriod()));
        told.put("resourceLock", "leases");
        told.put("resourceName", election.resourceName());
        told.put("resourceNamespace", election.resourceNamespace());
        return told;
    }

    private static Map<String, ?> connection(
            SchedulerConfiguration.ClientConnection connection, Path kubeconfig) {
        var told = new LinkedHashMap<String, Object>();
        told.put("kubeconfig", kubeconfig.toString());
        told.put("acceptContentTypes", connection.acceptContentTypes());
        told.put("contentType", connection.contentType());
        told.put("qps", number(connection.qps()));
        told.put("burst", connection.burst());
        return told;
    }

    /// As Go prints it: a whole number has no fraction.
    private static Number number(double value) {
        return value == Math.rint(value) ? (Number) (long) value : (Number) value;
    }
}
