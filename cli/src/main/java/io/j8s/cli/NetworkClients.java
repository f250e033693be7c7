package io.j8s.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.j8s.machinery.timers.Timers;
import io.j8s.machinery.version.KubernetesVersion;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Clients of an API server that is somewhere else, for components that run on their own.
final class NetworkClients {

    private NetworkClients() {}

    /// A client with the kubeconfig's current context.
    static KubernetesClient of(Path kubeconfig) throws CommandException {
        return client(kubeconfig, null, _ -> {});
    }

    /// The client of a component on its own: it counts its requests, and holds itself to so many a
    /// second; below 0 for any number.
    ///
    /// @param agent upstream's name of the component: the server makes the field manager of it
    static KubernetesClient of(Path kubeconfig, String agent, double qps, int burst, Timers timers)
            throws CommandException {
        var metrics = new ClientCallMetrics(PrometheusRegistry.defaultRegistry, timers);
        return client(
                kubeconfig,
                agent + "/" + KubernetesVersion.GIT_VERSION,
                builder -> {
                    if (qps >= 0) {
                        builder.addOrReplaceInterceptor(
                                RequestLimit.NAME,
                                new RequestLimit(qps, burst, timers, metrics::limited));
                    }
                    // after the limit: waiting for one's turn is told apart
                    builder.addOrReplaceInterceptor(ClientCallMetrics.NAME, metrics);
                });
    }

    private static KubernetesClient client(
            Path kubeconfig, @Nullable String agent, Consumer<HttpClient.Builder> more)
            throws CommandException {
        if (!Files.isReadable(kubeconfig)) {
            throw new CommandException(
                    "cannot read the kubeconfig " + kubeconfig + ": check --kubeconfig");
        }
        var config = Config.fromKubeconfig(kubeconfig.toFile());
        if (agent != null) {
            config.setUserAgent(agent);
        }
        config.setRequestRetryBackoffLimit(0); // our callers retry by their own rules
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .withHttpClientBuilderConsumer(more)
                .build();
    }
}
