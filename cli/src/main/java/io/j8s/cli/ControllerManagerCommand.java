package io.j8s.cli;

import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.ServiceAccountKeys;
import io.j8s.controllers.ControllerProcess;
import io.j8s.controllers.Controllers;
import io.j8s.controllers.runtime.ClientApi;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.LeaderElection;
import io.j8s.controllers.runtime.Measures;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// `j8s controller-manager`: the controllers alone, against any API server.
final class ControllerManagerCommand implements Command {

    private static final Flag<String> CONTROLLERS =
            Flag.text(
                    "--controllers",
                    "NAME,...",
                    "*",
                    "Which controllers run: * for all, NAME for one more, -NAME for one less.");
    private static final Flag<String> ROOT_CA_FILE =
            Flag.optional(
                    "--root-ca-file",
                    "FILE",
                    "Authority that kube-root-ca.crt publishes in every namespace.");
    private static final int PORT = 10257; // upstream: ports.KubeControllerManagerPort
    // the component's name, and its lease's
    private static final String LEASE = "kube-controller-manager";
    // upstream: --cluster-signing-duration
    private static final Duration SIGNING_DURATION = Duration.ofDays(365);
    private static final Flag<String> SERVICE_ACCOUNT_KEY =
            Flag.optional(
                    "--service-account-private-key-file",
                    "FILE",
                    "Signs the tokens of Secrets; without it none are filled.");
    private static final Flag<String> SIGNING_CERTIFICATE =
            Flag.optional(
                    "--cluster-signing-cert-file",
                    "FILE",
                    "Authority that signs approved requests.");
    private static final Flag<String> SIGNING_KEY =
            Flag.optional("--cluster-signing-key-file", "FILE", "Key of that authority.");
    private static final Flag<Integer> QPS =
            Flag.number(
                    "--kube-api-qps",
                    "N",
                    -1, // upstream: 20, but for each controller apart
                    "Requests a second of all controllers together; below 0 for any number.");
    private static final Flag<Integer> BURST =
            Flag.number("--kube-api-burst", "N", 30, "Requests at once beside that.");
    private static final Flag<String> CLUSTER_CIDR =
            Flag.text(
                    "--cluster-cidr", "CIDR,...", "", "Addresses of pods, for the nodes' ranges.");

    // upstream: isDisabledByDefault
    private static final Set<String> OFF_BY_DEFAULT =
            Set.of("bootstrap-signer-controller", "token-cleaner-controller");

    /// Upstream's older names, which its manifests still use.
    private static final Map<String, String> ALIASES =
            Map.ofEntries(
                    Map.entry("daemonset", "daemonset-controller"),
                    Map.entry("statefulset", "statefulset-controller"),
                    Map.entry("replicaset", "replicaset-controller"),
                    Map.entry("deployment", "deployment-controller"),
                    Map.entry("job", "job-controller"),
                    Map.entry("cronjob", "cronjob-controller"),
                    Map.entry("bootstrapsigner", "bootstrap-signer-controller"),
                    Map.entry("tokencleaner", "token-cleaner-controller"),
                    Map.entry("csrsigning", "certificatesigningrequest-signing-controller"),
                    Map.entry("csrapproving", "certificatesigningrequest-approving-controller"),
                    Map.entry("csrcleaner", "certificatesigningrequest-cleaner-controller"),
                    Map.entry("root-ca-cert-publisher", "root-ca-certificate-publisher-controller"),
                    Map.entry("nodeipam", "node-ipam-controller"),
                    Map.entry("nodelifecycle", "node-lifecycle-controller"),
                    Map.entry("persistentvolume-binder", "persistentvolume-binder-controller"),
                    Map.entry("ephemeral-volume", "ephemeral-volume-controller"),
                    Map.entry("endpoint", "endpoints-controller"),
                    Map.entry("replicationcontroller", "replicationcontroller-controller"),
                    Map.entry("podgc", "pod-garbage-collector-controller"),
                    Map.entry("resourcequota", "resourcequota-controller"),
                    Map.entry("namespace", "namespace-controller"),
                    Map.entry("serviceaccount", "serviceaccount-controller"),
                    Map.entry("ttl", "ttl-controller"),
                    Map.entry("garbagecollector", "garbage-collector-controller"),
                    Map.entry("pvc-protection", "persistentvolumeclaim-protection-controller"),
                    Map.entry("pv-protection", "persistentvolume-protection-controller"),
                    Map.entry("ttl-after-finished", "ttl-after-finished-controller"),
                    Map.entry("endpointslice", "endpointslice-controller"),
                    Map.entry("endpointslicemirroring", "endpointslice-mirroring-controller"),
                    Map.entry("resource-claim-controller", "resourceclaim-controller"),
                    Map.entry("disruption", "disruption-controller"),
                    Map.entry("clusterrole-aggregation", "clusterrole-aggregation-controller"),
                    Map.entry("serviceaccount-token", "serviceaccount-token-controller"));

    @Override
    public List<String> words() {
        return List.of("controller-manager");
    }

    @Override
    public String summary() {
        return "Runs the controllers alone, against any API server.";
    }

    @Override
    public CommandSpec spec() {
        var spec = ComponentFlags.addTo(Commands.spec(this), LEASE);
        for (var flag :
                List.of(
                        CONTROLLERS,
                        ROOT_CA_FILE,
                        SERVICE_ACCOUNT_KEY,
                        SIGNING_CERTIFICATE,
                        SIGNING_KEY,
                        CLUSTER_CIDR,
                        QPS,
                        BURST)) {
            spec.addOption(flag.spec());
        }
        return SecurePortFlags.addTo(spec, PORT, false);
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var entries = chosen(CONTROLLERS.list(given));
        var config = config(given);
        var leaseName = ComponentFlags.leaseName(LEASE).in(given);
        Logs.toErrorStream(Logs.level(ComponentFlags.LOG_LEVEL, given));
        try (var shutdown = Shutdown.onSignal();
                var timers = new SystemTimers();
                var client =
                        NetworkClients.of(
                                ComponentFlags.kubeconfig(given),
                                LEASE,
                                QPS.in(given),
                                BURST.in(given),
                                timers);
                var process =
                        new ControllerProcess(
                                _ -> new ClientApi(client),
                                entries,
                                config,
                                timers,
                                RandomGenerator.getDefault(),
                                PrometheusRegistry.defaultRegistry)) {
            var election =
                    new LeaderElection(
                            new ClientApi(client),
                            new ObjectKey("kube-system", leaseName),
                            ComponentFlags.identity(),
                            LeaderElection.Times.STANDARD,
                            timers,
                            RandomGenerator.getDefault());
            boolean elects = ComponentFlags.LEADER_ELECT.in(given);
            try (var port =
                    new SecurePort(component(given, elects, election, entries), given, timers)) {
                port.start();
                if (elects) {
                    lead(election, process::start, shutdown);
                } else {
                    process.start();
                    shutdown.await();
                }
            }
        }
    }

    private static ControllerConfig config(ParseResult given) throws CommandException, IOException {
        var config =
                ControllerConfig.of(
                        FileFlags.text(ROOT_CA_FILE, given).orElse(""), CLUSTER_CIDR.list(given));
        var tokenKey = FileFlags.text(SERVICE_ACCOUNT_KEY, given);
        if (tokenKey.isPresent()) {
            try {
                var keys = ServiceAccountKeys.ofSigner(tokenKey.get());
                config = config.withAccountTokens(new AccountTokens(() -> keys));
            } catch (GeneralSecurityException e) {
                throw CommandException.usage(SERVICE_ACCOUNT_KEY.name() + ": " + e.getMessage());
            }
        }
        var signer = FileFlags.pair(SIGNING_CERTIFICATE, SIGNING_KEY, given);
        return signer.isEmpty()
                ? config
                : config.withSigner(new CertificateAuthority(signer.get().get()), SIGNING_DURATION);
    }

    private static SecurePort.Component component(
            ParseResult given,
            boolean elects,
            LeaderElection election,
            List<Controllers.Entry> running) {
        var checks = new LinkedHashMap<String, BooleanSupplier>();
        if (elects) {
            checks.put("leaderElection", election::isHealthy);
        }
        // upstream: a controller is healthy when it was built
        running.forEach(entry -> checks.put(entry.name(), () -> true));
        return new SecurePort.Component(
                "kube-controller-manager",
                PORT,
                false,
                checks,
                checks,
                "kubecontrollermanager.config.k8s.io",
                configuration(given, elects),
                PrometheusRegistry.defaultRegistry,
                Map.of());
    }

    /// What `/configz` tells: upstream's type with what there is of it here.
    private static Map<String, ?> configuration(ParseResult given, boolean elects) {
        var election = LeaderElection.Times.STANDARD;
        return Map.of(
                "kind",
                "KubeControllerManagerConfiguration",
                "apiVersion",
                "kubecontrollermanager.config.k8s.io/v1alpha1",
                "Generic",
                Map.of(
                        "Port",
                        SecurePortFlags.port(PORT).in(given),
                        "Address",
                        SharedFlags.BIND_ADDRESS.in(given),
                        "Controllers",
                        CONTROLLERS.list(given),
                        "ClientConnection",
                        Map.of("qps", QPS.in(given), "burst", BURST.in(given)),
                        "LeaderElection",
                        Map.of(
                                "leaderElect",
                                elects,
                                "leaseDuration",
                                election.duration().toSeconds() + "s",
                                "renewDeadline",
                                election.renewDeadline().toSeconds() + "s",
                                "retryPeriod",
                                election.retry().toSeconds() + "s",
                                "resourceLock",
                                "leases",
                                "resourceName",
                                ComponentFlags.leaseName(LEASE).in(given),
                                "resourceNamespace",
                                "kube-system")));
    }

    /// Runs while leading. A leader that lost its lease ends the process, as upstream: another one
    /// may already act.
    static void lead(LeaderElection election, Runnable start, Shutdown shutdown)
            throws CommandException, InterruptedException {
        election.measure(new Measures(PrometheusRegistry.defaultRegistry));
        election.acquire();
        start.run();
        var isLost = new AtomicBoolean();
        var holder =
                Thread.ofVirtual()
                        .name("leader election")
                        .start(() -> {
                            try {
                                election.hold();
                                isLost.set(true);
                                shutdown.ask();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        shutdown.await();
        holder.interrupt();
        if (isLost.get()) {
            throw lost();
        }
        election.release();
    }

    static CommandException lost() {
        return new CommandException(
                "lost the leader election: another process leads; start this one again to stand"
                        + " by");
    }

    /// `*` means those that upstream does not leave out by default.
    private static List<Controllers.Entry> chosen(List<String> given) throws CommandException {
        var known = Controllers.all().stream().map(Controllers.Entry::name).toList();
        var names = given.stream().map(ControllerManagerCommand::canonical).toList();
        for (var name : names) {
            var plain = name.startsWith("-") ? name.substring(1) : name;
            if (!plain.equals("*") && !known.contains(plain)) {
                throw CommandException.usage(
                        "there is no controller \"%s\": known are %s"
                                .formatted(plain, String.join(", ", known)));
            }
        }
        return Controllers.all().stream()
                .filter(entry ->
                        !names.contains("-" + entry.name())
                                && (names.contains(entry.name())
                                        || (names.contains("*")
                                                && !OFF_BY_DEFAULT.contains(entry.name()))))
                .toList();
    }

    private static String canonical(String name) {
        return name.startsWith("-")
                ? "-" + ALIASES.getOrDefault(name.substring(1), name.substring(1))
                : ALIASES.getOrDefault(name, name);
    }
}
