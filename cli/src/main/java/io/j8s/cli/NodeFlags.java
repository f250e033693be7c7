package io.j8s.cli;

import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.GoDuration;
import io.j8s.nodeagent.core.EvictionThresholds;
import io.j8s.nodeagent.node.ShutdownGrace;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a node is told besides where its cluster is, by flags that are named as the kubelet's.
///
/// @param staticPodPath empty for the instance's own directory
record NodeFlags(
        int maxPods,
        EvictionThresholds eviction,
        ShutdownGrace shutdown,
        Optional<Path> staticPodPath,
        Map<String, String> labels) {

    private static final Flag<Integer> MAX_PODS =
            Flag.number("--max-pods", "N", 110, "How many pods this node takes.");
    private static final Flag<String> EVICTION_HARD =
            Flag.optional(
                    "--eviction-hard",
                    "SIGNAL<AMOUNT,...",
                    "When the node ends pods. Default: memory.available<100Mi,"
                            + "nodefs.available<10%,nodefs.inodesFree<5%,imagefs.available<15%,"
                            + "imagefs.inodesFree<5%.");
    private static final Flag<String> POD_MANIFEST_PATH =
            Flag.optional(
                    "--pod-manifest-path",
                    "DIR",
                    "Static pods are read from there. Default: DIR/node/manifests of --data-dir.");
    private static final Flag<String> NODE_LABELS =
            Flag.text("--node-labels", "NAME=VALUE,...", "", "Labels of this node.");

    private static final Flag<String> SHUTDOWN_GRACE_PERIOD =
            Flag.text(
                    "--shutdown-grace-period",
                    "DURATION",
                    "0s",
                    "How long systemd waits for pods when the machine goes down; 0s for not at"
                            + " all.");
    private static final Flag<String> SHUTDOWN_GRACE_PERIOD_CRITICAL =
            Flag.text(
                    "--shutdown-grace-period-critical-pods",
                    "DURATION",
                    "0s",
                    "The last part of it, which is for critical pods only.");

    NodeFlags {
        labels = Map.copyOf(labels);
    }

    static void addTo(CommandSpec spec) {
        for (var flag :
                List.of(
                        MAX_PODS,
                        EVICTION_HARD,
                        SHUTDOWN_GRACE_PERIOD,
                        SHUTDOWN_GRACE_PERIOD_CRITICAL,
                        POD_MANIFEST_PATH,
                        NODE_LABELS)) {
            spec.addOption(flag.spec());
        }
    }

    static NodeFlags of(ParseResult given) throws CommandException {
        int maxPods = MAX_PODS.in(given);
        if (maxPods < 1) {
            throw CommandException.usage("--max-pods is " + maxPods + ": use 1 or more");
        }
        return new NodeFlags(
                maxPods,
                eviction(given),
                shutdown(given),
                POD_MANIFEST_PATH.path(given),
                labels(given));
    }

    private static EvictionThresholds eviction(ParseResult given) throws CommandException {
        var text = EVICTION_HARD.given(given);
        if (text.isEmpty()) {
            return EvictionThresholds.DEFAULT;
        }
        try {
            return EvictionThresholds.parse(text.get());
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--eviction-hard: " + e.getMessage());
        }
    }

    private static ShutdownGrace shutdown(ParseResult given) throws CommandException {
        try {
            return new ShutdownGrace(
                    GoDuration.parse(SHUTDOWN_GRACE_PERIOD.in(given)),
                    GoDuration.parse(SHUTDOWN_GRACE_PERIOD_CRITICAL.in(given)));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--shutdown-grace-period: " + e.getMessage());
        }
    }

    private static Map<String, String> labels(ParseResult given) throws CommandException {
        var labels = new LinkedHashMap<String, String>();
        for (var label : NODE_LABELS.list(given)) {
            int equals = label.indexOf('=');
            if (equals <= 0) {
                throw CommandException.usage("--node-labels has \"" + label + "\": use NAME=VALUE");
            }
            var name = label.substring(0, equals);
            var value = label.substring(equals + 1);
            var faults = new ArrayList<>(NameRules.labelKey(name));
            faults.addAll(NameRules.labelValue(value));
            if (!faults.isEmpty()) {
                throw CommandException.usage(
                        "--node-labels has \"" + label + "\": " + faults.getFirst());
            }
            labels.put(name, value);
        }
        return labels;
    }
}
