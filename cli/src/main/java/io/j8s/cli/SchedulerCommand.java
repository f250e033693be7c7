package io.j8s.cli;

import io.j8s.controllers.runtime.ClientApi;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.LeaderElection;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.scheduler.SchedulerProcess;
import io.j8s.scheduler.config.ConfigurationException;
import io.j8s.scheduler.config.SchedulerConfiguration;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;

/// `j8s scheduler`: the scheduler alone, against any API server.
final class SchedulerCommand implements Command {

    private static final String NAME = "kube-scheduler";

    @Override
    public List<String> words() {
        return List.of("scheduler");
    }

    @Override
    public String summary() {
        return "Runs the scheduler alone, against any API server.";
    }

    @Override
    public CommandSpec spec() {
        return ComponentFlags.addTo(Commands.spec(this), NAME);
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        Logs.toErrorStream(ComponentFlags.LOG_LEVEL.in(given));
        var random = RandomGenerator.getDefault();
        try (var shutdown = Shutdown.onSignal();
                var timers = new SystemTimers();
                var client = NetworkClients.of(ComponentFlags.kubeconfig(given))) {
            var api = new ClientApi(client);
            try (var informers = new Informers(api, timers, random);
                    var scheduler = scheduler(api, informers, timers, random)) {
                Runnable start =
                        () -> {
                            informers.start();
                            scheduler.start();
                        };
                if (!ComponentFlags.LEADER_ELECT.in(given)) {
                    start.run();
                    shutdown.await();
                    return;
                }
                var election =
                        new LeaderElection(
                                api,
                                new ObjectKey(
                                        "kube-system", ComponentFlags.leaseName(NAME).in(given)),
                                ComponentFlags.identity(),
                                LeaderElection.Times.STANDARD,
                                timers,
                                random);
                ControllerManagerCommand.lead(election, start, shutdown);
            }
        }
    }

    private static SchedulerProcess scheduler(
            ClientApi api, Informers informers, SystemTimers timers, RandomGenerator random)
            throws CommandException {
        try {
            return new SchedulerProcess(
                    api,
                    informers,
                    timers,
                    random,
                    SchedulerConfiguration.STANDARD,
                    UpConfig.hostName(),
                    PrometheusRegistry.defaultRegistry);
        } catch (ConfigurationException wrong) {
            throw new CommandException(String.valueOf(wrong.getMessage()), wrong);
        }
    }
}
