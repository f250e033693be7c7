package io.j8s.cli;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.LeaderElection;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.quantity.GoDuration;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;
import io.j8s.scheduler.SchedulerProcess;
import io.j8s.scheduler.config.ConfigurationException;
import io.j8s.scheduler.config.ConfigurationReader;
import io.j8s.scheduler.config.SchedulerConfiguration;
import io.j8s.scheduler.core.BackoffPolicy;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// `j8s scheduler`: the scheduler alone, against any API server. With `--config` the file decides
/// what it says; flags of the leader election go before it, as upstream's.
final class SchedulerCommand implements Command {

    private static final Logger log = LoggerFactory.getLogger(SchedulerCommand.class);
    private static final int PORT = 10259; // upstream: DefaultKubeSchedulerPort
    private static final Flag<String> CONFIG =
            Flag.optional("--config", "FILE", "The path to the configuration file.");
    private static final Flag<Boolean> LEADER_ELECT =
            new Flag<>(
                    "--leader-elect",
                    "",
                    "Waits for a lease before it works, so that several may run. Default: true.",
                    Boolean.class,
                    Optional.of(true));
    private static final String NAME = "kube-scheduler";
    private static final Flag<String> LEASE_DURATION =
            Flag.text(
                    "--leader-elect-lease-duration",
                    "DURATION",
                    "15s",
                    "How long others wait before they take a lease that is not renewed.");
    private static final Flag<String> RENEW_DEADLINE =
            Flag.text(
                    "--leader-elect-renew-deadline",
                    "DURATION",
                    "10s",
                    "How long a leader tries to renew before it gives up.");
    private static final Flag<String> RETRY_PERIOD =
            Flag.text("--leader-elect-retry-period", "DURATION", "2s", "The pause between tries.");
    private static final Flag<String> LEASE_NAME =
            Flag.text("--leader-elect-resource-name", "NAME", NAME, "The lease.");
    private static final Flag<String> LEASE_NAMESPACE =
            Flag.text(
                    "--leader-elect-resource-namespace",
                    "NAME",
                    "kube-system",
                    "Where the lease is.");
    private static final Flag<String> UNSCHEDULABLE_MAX =
            Flag.text(
                    "--pod-max-in-unschedulable-pods-duration",
                    "DURATION",
                    "5m0s",
                    "How long a pod stays turned down before it is tried whatever happens.");

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
        var spec = Commands.spec(this);
        for (var flag :
                List.of(
                        ComponentFlags.KUBECONFIG,
                        CONFIG,
                        LEADER_ELECT,
                        LEASE_DURATION,
                        RENEW_DEADLINE,
                        RETRY_PERIOD,
                        LEASE_NAME,
                        LEASE_NAMESPACE,
                        UNSCHEDULABLE_MAX,
                        ComponentFlags.LOG_LEVEL)) {
            spec.addOption(flag.spec());
        }
        return SecurePortFlags.addTo(spec, PORT, true);
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var config = configuration(given);
        var election = election(config.leaderElection(), given);
        Logs.toErrorStream(Logs.level(ComponentFlags.LOG_LEVEL, given));
        var random = RandomGenerator.getDefault();
        warn(config);
        var connection = config.connection();
        var kubeconfig = kubeconfig(given, config);
        try (var shutdown = Shutdown.onSignal();
                var timers = new SystemTimers();
                var client =
                        NetworkClients.of(
                                kubeconfig, NAME, connection.qps(), connection.burst(), timers)) {
            var api = new ClientApi(client);
            var elected =
                    new LeaderElection(
                            api,
                            new ObjectKey(election.resourceNamespace(), election.resourceName()),
                            ComponentFlags.identity(),
                            new LeaderElection.Times(
                                    election.leaseDuration(),
                                    election.renewDeadline(),
                                    election.retryPeriod()),
                            timers,
                            random);
            try (var informers = new Informers(api, timers, random);
                    var scheduler = scheduler(api, informers, timers, random, config);
                    var port =
                            new SecurePort(
                                    component(config, election, elected, scheduler, kubeconfig),
                                    given,
                                    timers)) {
                port.start();
                if (!config.delayCacheUntilActive() || !election.leaderElect()) {
                    scheduler.listen();
                    informers.start();
                }
                Runnable start =
                        () -> {
                            scheduler.start();
                            informers.start(); // nothing where they run
                        };
                if (election.leaderElect()) {
                    ControllerManagerCommand.lead(elected, start, shutdown);
                } else {
                    start.run();
                    shutdown.await();
                }
            }
        }
    }

    /// What a file may ask for and cannot get here.
    private static void warn(SchedulerConfiguration config) {
        var type = config.connection().contentType();
        boolean isOther =
                !type.equals(SchedulerConfiguration.ClientConnection.STANDARD.contentType())
                        && !type.startsWith("application/json");
        if (isOther) {
            log.atWarn()
                    .addKeyValue("contentType", type)
                    .log("clientConnection.contentType has no effect: this client speaks JSON");
        }
        if (config.debugging().isAskedFor()) {
            log.warn(
                    "enableProfiling and enableContentionProfiling have no effect: there are no Go"
                            + " profiles of a JVM; use jcmd PID JFR.start");
        }
    }

    private static SecurePort.Component component(
            SchedulerConfiguration config,
            SchedulerConfiguration.LeaderElection election,
            LeaderElection elected,
            SchedulerProcess scheduler,
            Path kubeconfig) {
        var healthy = new LinkedHashMap<String, BooleanSupplier>();
        if (election.leaderElect()) {
            healthy.put("leaderElection", elected::isHealthy);
        }
        var ready = new LinkedHashMap<String, BooleanSupplier>(healthy);
        ready.put("shutdown", () -> true);
        ready.put("sched-handler-sync", scheduler::hasSynced);
        return new SecurePort.Component(
                NAME,
                PORT,
                true,
                healthy,
                ready,
                "componentconfig",
                ConfigurationPage.of(config, election, kubeconfig),
                PrometheusRegistry.defaultRegistry,
                Map.of("/metrics/resources", scheduler.podResources()));
    }

    private static SchedulerConfiguration configuration(ParseResult given) throws CommandException {
        var unschedulableMax =
                duration(UNSCHEDULABLE_MAX, Optional.of(UNSCHEDULABLE_MAX.in(given))).orElseThrow();
        var file = CONFIG.path(given);
        if (file.isEmpty()) {
            return SchedulerConfiguration.STANDARD.with(
                    new BackoffPolicy(
                            BackoffPolicy.STANDARD.initial(),
                            BackoffPolicy.STANDARD.max(),
                            unschedulableMax));
        }
        try {
            return new ConfigurationReader(unschedulableMax).read(Files.readString(file.get()));
        } catch (ConfigurationException wrong) {
            throw new CommandException(
                    "%s: %s".formatted(file.get(), String.valueOf(wrong.getMessage())), wrong);
        } catch (IOException unreadable) {
            throw new CommandException(
                    "cannot read %s: check --config".formatted(file.get()), unreadable);
        }
    }

    private static Path kubeconfig(ParseResult given, SchedulerConfiguration config)
            throws CommandException {
        var fromFile = config.connection().kubeconfig();
        // upstream: with a configuration file the flag is ignored
        return fromFile == null ? ComponentFlags.kubeconfig(given) : Path.of(fromFile);
    }

    private static SchedulerConfiguration.LeaderElection election(
            SchedulerConfiguration.LeaderElection file, ParseResult given) throws CommandException {
        return new SchedulerConfiguration.LeaderElection(
                LEADER_ELECT.given(given).orElse(file.leaderElect()),
                duration(LEASE_DURATION, LEASE_DURATION.given(given)).orElse(file.leaseDuration()),
                duration(RENEW_DEADLINE, RENEW_DEADLINE.given(given)).orElse(file.renewDeadline()),
                duration(RETRY_PERIOD, RETRY_PERIOD.given(given)).orElse(file.retryPeriod()),
                LEASE_NAMESPACE.given(given).orElse(file.resourceNamespace()),
                LEASE_NAME.given(given).orElse(file.resourceName()));
    }

    private static Optional<Duration> duration(Flag<String> flag, Optional<String> text)
            throws CommandException {
        try {
            return text.map(GoDuration::parse);
        } catch (IllegalArgumentException wrong) {
            throw CommandException.usage(
                    "%s: time: invalid duration \"%s\"".formatted(flag.name(), text.orElse("")));
        }
    }

    private static SchedulerProcess scheduler(
            Api api,
            Informers informers,
            Timers timers,
            RandomGenerator random,
            SchedulerConfiguration config)
            throws CommandException {
        try {
            return new SchedulerProcess(
                    api,
                    informers,
                    timers,
                    random,
                    config,
                    UpConfig.hostName(),
                    PrometheusRegistry.defaultRegistry);
        } catch (ConfigurationException wrong) {
            throw new CommandException(String.valueOf(wrong.getMessage()), wrong);
        }
    }
}
