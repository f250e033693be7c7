package io.j8s.cli;

import io.j8s.machinery.timers.SystemTimers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;

/// `j8s apiserver`: the API server alone, over an etcd that may have other servers too.
final class ApiServerCommand implements Command {

    @Override
    public List<String> words() {
        return List.of("apiserver");
    }

    @Override
    public String summary() {
        return "Runs the API server alone, over an etcd; flags as kube-apiserver's.";
    }

    @Override
    public CommandSpec spec() {
        return ApiServerFlags.addTo(Commands.spec(this));
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        try (var shutdown = Shutdown.onSignal();
                var timers = new SystemTimers()) {
            var options = new ApiServerOptions(given, timers.now());
            var storage = options.storage();
            var config = options.server();
            Logs.toErrorStream(Logs.level(ComponentFlags.LOG_LEVEL, given));
            if (!Ports.isFree(config.port())) {
                throw new CommandException(
                        "port %d is in use: stop what listens there, or give another --secure-port"
                                .formatted(config.port()));
            }
            serve(config, storage, timers, shutdown, terminal);
        }
    }

    private static void serve(
            ApiServerConfig config,
            UpConfig.StorageConfig.Etcd storage,
            SystemTimers timers,
            Shutdown shutdown,
            Terminal terminal)
            throws CommandException, InterruptedException {
        try (var store = Stores.open(storage, Path.of(""), timers);
                var state = ControlPlane.read(store, config.runtimeConfig(), timers);
                var server =
                        new ControlPlane(config, state, store, new PrometheusRegistry(), timers)) {
            server.start();
            terminal.line("serving on %s:%d".formatted(config.bindAddress(), config.port()));
            shutdown.await();
        } catch (GeneralSecurityException e) {
            throw new CommandException("unusable keys: " + e.getMessage(), e);
        }
    }
}
