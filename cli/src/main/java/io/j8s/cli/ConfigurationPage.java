package io.j8s.cli;

import io.j8s.machinery.quantity.GoDuration;
import io.j8s.scheduler.config.ProfileConfiguration;
import io.j8s.scheduler.config.SchedulerConfiguration;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A scheduler's configuration as `/configz` tells it: `KubeSchedulerConfiguration` of
/// `kubescheduler.config.k8s.io/v1` with its defaults. Plugins' arguments are left out. Pure.
final class ConfigurationPage {

    private ConfigurationPage() {}

    static Map<String, ?> of(
            SchedulerConfiguration config, SchedulerConfiguration.LeaderElection election) {
        var page = new LinkedHashMap<String, Object>();
        page.put("kind", "KubeSchedulerConfiguration");
        page.put("apiVersion", "kubescheduler.config.k8s.io/v1");
        page.put("parallelism", config.parallelism());
        page.put("leaderElection", election(election));
        page.put("clientConnection", connection(config.connection()));
        page.put("enableProfiling", config.debugging().enableProfiling());
        page.put("enableContentionProfiling", config.debugging().enableContentionProfiling());
        page.put("percentageOfNodesToScore", config.nodesToScorePercent());
        page.put("podInitialBackoffSeconds", config.backoff().initial().toSeconds());
        page.put("podMaxBackoffSeconds", config.backoff().max().toSeconds());
        page.put("profiles", config.profiles().stream().map(ConfigurationPage::profile).toList());
        page.put("delayCacheUntilActive", config.delayCacheUntilActive());
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

    private static Map<String, ?> connection(SchedulerConfiguration.ClientConnection connection) {
        var told = new LinkedHashMap<String, Object>();
        told.put("kubeconfig", connection.kubeconfig() == null ? "" : connection.kubeconfig());
        told.put("acceptContentTypes", connection.acceptContentTypes());
        told.put("contentType", connection.contentType());
        told.put("qps", connection.qps());
        told.put("burst", connection.burst());
        return told;
    }

    private static Map<String, ?> profile(ProfileConfiguration profile) {
        var told = new LinkedHashMap<String, Object>();
        told.put("schedulerName", profile.schedulerName());
        if (profile.nodesToScorePercent() != null) {
            told.put("percentageOfNodesToScore", profile.nodesToScorePercent());
        }
        List<Map<String, Object>> enabled =
                profile.multiPoint().enabled().stream()
                        .map(plugin -> {
                            var each = new LinkedHashMap<String, Object>();
                            each.put("name", plugin.name());
                            if (plugin.weight() != 0) {
                                each.put("weight", plugin.weight());
                            }
                            return (Map<String, Object>) each;
                        })
                        .toList();
        told.put("plugins", Map.of("multiPoint", Map.of("enabled", enabled)));
        return told;
    }
}
