package io.j8s.cli;

import io.j8s.apiserver.discovery.RuntimeConfig;
import io.j8s.apiserver.features.FeatureGates;
import io.j8s.machinery.names.NameRules;

import picocli.CommandLine.ParseResult;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What `j8s up` was asked for, checked as far as the command line alone can be.
///
/// @param advertiseAddress empty when it is to be found out
/// @param nodeIps empty when they follow the advertised address
/// @param runtimeEndpoint empty when containerd is started
/// @param flags all of them, as given or by default
/// @param clusterDns within the first service range
record UpConfig(
        Path dataDirectory,
        int port,
        String bindAddress,
        Optional<String> advertiseAddress,
        List<String> nodeIps,
        List<String> tlsNames,
        boolean isControlPlaneOnly,
        StorageConfig storage,
        Optional<String> runtimeEndpoint,
        String nodeName,
        int agentPort,
        NodeFlags node,
        List<String> clusterCidrs,
        List<String> serviceCidrs,
        String clusterDns,
        String clusterDomain,
        Optional<Path> writeKubeconfig,
        RuntimeConfig runtimeConfig,
        String logLevel,
        Map<String, String> flags) {

    UpConfig {
        nodeIps = List.copyOf(nodeIps);
        tlsNames = List.copyOf(tlsNames);
        clusterCidrs = List.copyOf(clusterCidrs);
        serviceCidrs = List.copyOf(serviceCidrs);
        flags = Map.copyOf(flags);
    }

    /// Which engine keeps the objects.
    sealed interface StorageConfig {
        record Embedded() implements StorageConfig {}

        /// Gone when the process ends.
        record Memory() implements StorageConfig {}

        record Etcd(
                List<String> servers,
                Optional<Path> caFile,
                Optional<Path> certFile,
                Optional<Path> keyFile,
                String prefix)
                implements StorageConfig {}
    }

    static UpConfig of(ParseResult given) throws CommandException {
        checkFeatureGates(given);
        var clusterCidrs = cidrs(ClusterFlags.CLUSTER_CIDR, given);
        var serviceCidrs = cidrs(ClusterFlags.SERVICE_CIDR, given);
        return new UpConfig(
                SharedFlags.DATA_DIR.path(given).orElseGet(DataDirectory::standard),
                port(ClusterFlags.PORT, given),
                address(SharedFlags.BIND_ADDRESS, given).orElse("0.0.0.0"),
                address(ClusterFlags.ADVERTISE_ADDRESS, given),
                NodeAddresses.of(ClusterFlags.NODE_IP, ClusterFlags.NODE_IP.list(given)),
                ClusterFlags.TLS_SAN.list(given),
                ClusterFlags.CONTROL_PLANE_ONLY.in(given),
                storage(given),
                runtimeEndpoint(given),
                nodeName(SharedFlags.NODE_NAME, given).orElseGet(UpConfig::hostName),
                port(ClusterFlags.AGENT_PORT, given),
                NodeFlags.of(given),
                clusterCidrs,
                serviceCidrs,
                ClusterRanges.check(
                        clusterCidrs, serviceCidrs, address(ClusterFlags.CLUSTER_DNS, given)),
                clusterDomain(given),
                ClusterFlags.WRITE_KUBECONFIG.path(given),
                runtimeConfig(given),
                Logs.level(SharedFlags.LOG_FILE_LEVEL, given),
                Flag.valuesOf(given));
    }

    /// As upstream's kubelet takes it; what no Node may be called could never register.
    static Optional<String> nodeName(Flag<String> flag, ParseResult given) throws CommandException {
        var name = flag.given(given).map(text -> text.strip().toLowerCase(Locale.ROOT));
        if (name.isPresent() && !NameRules.dns1123Subdomain(name.get()).isEmpty()) {
            throw CommandException.usage(
                    "%s is \"%s\": use lower case letters, digits, \"-\" and \".\""
                            .formatted(flag.name(), name.get()));
        }
        return name;
    }

    private static String clusterDomain(ParseResult given) throws CommandException {
        var domain = ClusterFlags.CLUSTER_DOMAIN.in(given);
        if (!NameRules.dns1123Subdomain(domain).isEmpty()) {
            throw CommandException.usage(
                    "--cluster-domain is \"" + domain + "\": use a domain such as cluster.local");
        }
        return domain;
    }

    private static StorageConfig storage(ParseResult given) throws CommandException {
        var servers = ClusterFlags.ETCD_SERVERS.list(given);
        var engine = ClusterFlags.STORAGE.in(given);
        return switch (engine) {
            case "embedded", "memory" -> {
                if (!servers.isEmpty()) {
                    throw CommandException.usage(
                            "--etcd-servers is only for --storage etcd: add that flag");
                }
                yield engine.equals("memory")
                        ? new StorageConfig.Memory()
                        : new StorageConfig.Embedded();
            }
            case "etcd" -> {
                if (servers.isEmpty()) {
                    throw CommandException.usage(
                            "--storage etcd needs --etcd-servers: name the cluster's URLs");
                }
                yield new StorageConfig.Etcd(
                        servers,
                        SharedFlags.ETCD_CAFILE.path(given),
                        SharedFlags.ETCD_CERTFILE.path(given),
                        SharedFlags.ETCD_KEYFILE.path(given),
                        SharedFlags.ETCD_PREFIX.in(given));
            }
            default ->
                    throw CommandException.usage(
                            "--storage is \"" + engine + "\": use embedded, etcd or memory");
        };
    }

    static Optional<String> runtimeEndpoint(ParseResult given) throws CommandException {
        var endpoint = SharedFlags.RUNTIME_ENDPOINT.given(given);
        if (endpoint.isPresent()
                && !(endpoint.get().startsWith("unix:///") || endpoint.get().startsWith("/"))) {
            throw CommandException.usage(
                    "--container-runtime-endpoint is \""
                            + endpoint.get()
                            + "\": use unix:///path/to/socket");
        }
        return endpoint;
    }

    static int port(Flag<Integer> flag, ParseResult given) throws CommandException {
        int port = flag.in(given);
        if (port < 0 || port > 65535) {
            throw CommandException.usage(flag.name() + " is " + port + ": use 0 to 65535");
        }
        return port;
    }

    static Optional<String> address(Flag<String> flag, ParseResult given) throws CommandException {
        var text = flag.given(given);
        if (text.isPresent()) {
            checkAddress(flag, text.get());
        }
        return text;
    }

    static void checkAddress(Flag<String> flag, String text) throws CommandException {
        try {
            InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(flag.name() + " is \"" + text + "\": use an IP address");
        }
    }

    private static List<String> cidrs(Flag<String> flag, ParseResult given)
            throws CommandException {
        return checkedCidrs(flag.name(), flag.list(given));
    }

    static List<String> checkedCidrs(String flag, List<String> list) throws CommandException {
        if (list.isEmpty() || list.size() > 2) {
            throw CommandException.usage(flag + " needs one or two ranges");
        }
        for (var cidr : list) {
            try {
                Cidr.parse(cidr);
            } catch (IllegalArgumentException e) {
                throw CommandException.usage(
                        flag + " is \"" + cidr + "\": use a range such as 10.42.0.0/16");
            }
        }
        return list;
    }

    static RuntimeConfig runtimeConfig(ParseResult given) throws CommandException {
        try {
            return RuntimeConfig.parse(SharedFlags.RUNTIME_CONFIG.in(given));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--runtime-config: " + e.getMessage());
        }
    }

    static void checkFeatureGates(ParseResult given) throws CommandException {
        try {
            FeatureGates.check(SharedFlags.FEATURE_GATES.in(given));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--feature-gates: " + e.getMessage());
        }
    }

    /// The host's name, in the form that a node's name must have.
    static String hostName() {
        return fromKernel()
                .or(UpConfig::fromResolver)
                .map(name -> name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-"))
                .orElse("node");
    }

    private static Optional<String> fromKernel() {
        try {
            return Optional.of(Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
        } catch (java.io.IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> fromResolver() {
        try {
            return Optional.of(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
