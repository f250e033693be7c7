package io.j8s.scheduler.config;

import io.j8s.machinery.quantity.GoDuration;
import io.j8s.scheduler.core.BackoffPolicy;
import io.j8s.scheduler.core.ExtensionPoint;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.DuplicateKeyException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Reads a `KubeSchedulerConfiguration` of `kubescheduler.config.k8s.io/v1` as strictly as
/// upstream: what is unknown is an error, what is missing gets its default, what is wrong is told
/// with all that is wrong.
public final class ConfigurationReader {

    private static final String GROUP = "kubescheduler.config.k8s.io";
    private static final String VERSION = GROUP + "/v1";
    private static final String KIND = "KubeSchedulerConfiguration";
    private static final String SCHEME = "pkg/scheduler/apis/config/scheme/scheme.go:30";

    private static final String LEASES = "leases";
    private static final String DEBUGGING = "DebuggingConfiguration.";

    /// What Go's decoder could not read.
    static final String TYPE_META =
            " value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\";"
                    + " Kind string \"json:\\\"kind,omitempty\\\"\" }";

    private final Duration unschedulableMax;

    /// @param unschedulableMax `--pod-max-in-unschedulable-pods-duration`
    public ConfigurationReader(Duration unschedulableMax) {
        this.unschedulableMax = unschedulableMax;
    }

    public SchedulerConfiguration read(String text) throws ConfigurationException {
        var root = ConfigNode.root(KIND, parse(text));
        checkKind(root, text);
        var rules = new ConfigurationRules();
        var connection = connection(root, rules);
        var election = election(root, rules);
        int parallelism = root.number("parallelism", SchedulerConfiguration.PARALLELISM);
        rules.parallelism(parallelism);
        int percent = root.number("percentageOfNodesToScore", 0);
        long initial = orElse(root.number("podInitialBackoffSeconds", "int64"), 1);
        long max = orElse(root.number("podMaxBackoffSeconds", "int64"), 10);
        var debugging = debugging(root);
        boolean delaysCache = Boolean.TRUE.equals(root.truth("delayCacheUntilActive"));
        var profiles = profiles(root, rules);
        rules.percentage("percentageOfNodesToScore", percent);
        rules.backoff(initial, max);
        rules.extenders(root.raw("extenders"));
        var unknown = root.unknownFields();
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(
                    "strict decoding error: " + String.join(", ", unknown));
        }
        rules.election(election);
        rules.check();
        rules.elector(election);
        return new SchedulerConfiguration(
                profiles,
                percent,
                new BackoffPolicy(
                        Duration.ofSeconds(initial), Duration.ofSeconds(max), unschedulableMax),
                election,
                connection,
                parallelism,
                debugging,
                delaysCache);
    }

    private static SchedulerConfiguration.Debugging debugging(ConfigNode root)
            throws ConfigurationException {
        var profiling = root.truth(DEBUGGING, "enableProfiling");
        var contention = root.truth(DEBUGGING, "enableContentionProfiling");
        return new SchedulerConfiguration.Debugging(
                !Boolean.FALSE.equals(profiling),
                // upstream: it follows the other where it is not given
                contention == null ? !Boolean.FALSE.equals(profiling) : contention,
                Boolean.TRUE.equals(profiling) || Boolean.TRUE.equals(contention));
    }

    private static Map<String, @Nullable Object> parse(String text) throws ConfigurationException {
        try {
            var settings = LoadSettings.builder().setAllowDuplicateKeys(false).build();
            // upstream: only the first document counts
            var documents = new Load(settings).loadAllFromString(text).iterator();
            Object loaded = documents.hasNext() ? documents.next() : Map.of();
            if (loaded instanceof Map<?, ?> map) {
                return ConfigNode.named(map);
            }
            throw new ConfigurationException(
                    "couldn't get version/kind; json parse error: json: cannot unmarshal %s into Go"
                                    .formatted(loaded instanceof List ? "array" : "string")
                            + TYPE_META);
        } catch (DuplicateKeyException twice) {
            int line = twice.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            String key = String.valueOf(twice.getProblem()).replaceFirst(".*duplicate key ", "");
            throw new ConfigurationException(
                    ("strict decoding error: yaml: unmarshal errors:\n"
                                    + "  line %d: key \"%s\" already set in map")
                            .formatted(line, key));
        } catch (YamlEngineException broken) {
            throw new ConfigurationException(
                    "error converting YAML to JSON: yaml: "
                            + String.valueOf(broken.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static void checkKind(ConfigNode root, String text) throws ConfigurationException {
        var kind = root.text("kind");
        var version = root.text("apiVersion");
        if (kind == null || kind.isEmpty()) {
            throw new ConfigurationException("Object 'Kind' is missing in '%s'".formatted(text));
        }
        if (version == null || version.isEmpty()) {
            throw new ConfigurationException(
                    "Object 'apiVersion' is missing in '%s'".formatted(text));
        }
        if (!version.equals(VERSION)) {
            throw new ConfigurationException(
                    "no kind \"%s\" is registered for version \"%s\" in scheme \"%s\""
                            .formatted(kind, version, SCHEME));
        }
        if (!kind.equals(KIND)) {
            throw new ConfigurationException(
                    "couldn't decode as KubeSchedulerConfiguration, got %s, Kind=%s: "
                            .formatted(version, kind));
        }
    }

    private static SchedulerConfiguration.ClientConnection connection(
            ConfigNode root, ConfigurationRules rules) throws ConfigurationException {
        var standard = SchedulerConfiguration.ClientConnection.STANDARD;
        var node = root.object("clientConnection", "ClientConnectionConfiguration");
        if (node == null) {
            return standard;
        }
        var kubeconfig = node.text("kubeconfig");
        double qps = orElse(node.decimal("qps", "float32"), 0);
        long burst = orElse(node.number("burst", "int32"), 0);
        rules.burst(burst);
        var found =
                new SchedulerConfiguration.ClientConnection(
                        kubeconfig == null || kubeconfig.isEmpty() ? null : kubeconfig,
                        orElse(node.text("acceptContentTypes"), standard.acceptContentTypes()),
                        orElse(node.text("contentType"), standard.contentType()),
                        qps == 0 ? standard.qps() : qps, // upstream: 0 stands for the default
                        burst == 0 ? standard.burst() : Math.toIntExact(burst));
        root.finish(node);
        return found;
    }

    private static SchedulerConfiguration.LeaderElection election(
            ConfigNode root, ConfigurationRules rules) throws ConfigurationException {
        var standard = SchedulerConfiguration.LeaderElection.STANDARD;
        var node = root.object("leaderElection", "LeaderElectionConfiguration");
        if (node == null) {
            return standard;
        }
        var leads = node.truth("leaderElect");
        rules.resourceLock(leads == null || leads, orElse(node.text("resourceLock"), LEASES));
        var found =
                new SchedulerConfiguration.LeaderElection(
                        leads == null || leads,
                        duration(node, "leaseDuration", standard.leaseDuration()),
                        duration(node, "renewDeadline", standard.renewDeadline()),
                        duration(node, "retryPeriod", standard.retryPeriod()),
                        orElse(node.text("resourceNamespace"), standard.resourceNamespace()),
                        orElse(node.text("resourceName"), standard.resourceName()));
        root.finish(node);
        return found;
    }

    private static Duration duration(ConfigNode node, String name, Duration otherwise)
            throws ConfigurationException {
        var text = node.text(name);
        if (text == null) {
            return otherwise;
        }
        try {
            var read = GoDuration.parse(text);
            return read.isZero() ? otherwise : read; // upstream: 0 stands for the default
        } catch (RuntimeException wrong) {
            throw new ConfigurationException("time: invalid duration \"%s\"".formatted(text));
        }
    }

    private static List<ProfileConfiguration> profiles(ConfigNode root, ConfigurationRules rules)
            throws ConfigurationException {
        var nodes = root.objects("profiles", "KubeSchedulerProfile");
        if (nodes.isEmpty()) {
            return SchedulerConfiguration.STANDARD.profiles();
        }
        var profiles = new ArrayList<ProfileConfiguration>();
        for (int i = 0; i < nodes.size(); i++) {
            var node = nodes.get(i);
            String path = "profiles[%d]".formatted(i);
            var name = node.text("schedulerName");
            boolean isOnly = nodes.size() == 1;
            var percent = node.number("percentageOfNodesToScore", "int32");
            var sets = node.object("plugins", "Plugins");
            var points = new EnumMap<ExtensionPoint, PluginSet>(ExtensionPoint.class);
            var everywhere = DefaultPlugins.ALL;
            if (sets != null) {
                everywhere = everywhere.with(set(sets, "multiPoint"));
                for (var point : ExtensionPoint.values()) {
                    points.put(point, set(sets, point.field()));
                    rules.removed(path + ".plugins." + point.field(), points.get(point));
                }
                node.finish(sets);
            }
            var arguments = new ArgumentsReader(path, i, rules);
            var profile =
                    new ProfileConfiguration(
                            name == null && isOnly
                                    ? SchedulerConfiguration.DEFAULT_SCHEDULER
                                    : orElse(name, ""),
                            percent == null ? null : Math.toIntExact(percent),
                            everywhere,
                            points,
                            arguments.read(node.objects("pluginConfig", "PluginConfig"), node),
                            arguments.refusals());
            root.finish(node);
            profiles.add(profile);
        }
        rules.profiles(profiles);
        return profiles;
    }

    private static PluginSet set(ConfigNode sets, String field) throws ConfigurationException {
        var node = sets.object(field, "PluginSet");
        if (node == null) {
            return PluginSet.NONE;
        }
        var enabled = new ArrayList<PluginSet.Enabled>();
        for (var each : node.objects("enabled", "Plugin")) {
            enabled.add(
                    new PluginSet.Enabled(orElse(each.text("name"), ""), each.number("weight", 0)));
            node.finish(each);
        }
        var disabled = new ArrayList<String>();
        for (var each : node.objects("disabled", "Plugin")) {
            disabled.add(orElse(each.text("name"), ""));
            each.number("weight", 0);
            node.finish(each);
        }
        sets.finish(node);
        return new PluginSet(enabled, disabled);
    }

    private static double orElse(@Nullable Double value, double otherwise) {
        return value == null ? otherwise : value;
    }

    private static long orElse(@Nullable Long value, long otherwise) {
        return value == null ? otherwise : value;
    }

    private static String orElse(@Nullable String value, String otherwise) {
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
