package io.j8s.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;

import java.nio.file.Files;
import java.nio.file.Path;

/// Clients of an API server that is somewhere else, for components that run on their own.
final class NetworkClients {

    private NetworkClients() {}

    /// A client with the kubeconfig's current context.
    static KubernetesClient of(Path kubeconfig) throws CommandException {
        if (!Files.isReadable(kubeconfig)) {
            throw new CommandException(
                    "cannot read the kubeconfig " + kubeconfig + ": check --kubeconfig");
        }
        var config = Config.fromKubeconfig(kubeconfig.toFile());
        config.setRequestRetryBackoffLimit(0); // our callers retry by their own rules
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }
}
