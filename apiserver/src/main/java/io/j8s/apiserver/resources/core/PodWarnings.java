package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is valid in a pod and still probably not meant (upstream: `pkg/api/pod/warnings.go`).
/// fabric8's getters may give null; nothing here relies on them.
public final class PodWarnings {

    private static final Map<String, String> OLD_LABELS =
            Map.of(
                    "beta.kubernetes.io/arch",
                    "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
                    "beta.kubernetes.io/os",
                    "deprecated since v1.14; use \"kubernetes.io/os\" instead",
                    "failure-domain.beta.kubernetes.io/region",
                    "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
                    "failure-domain.beta.kubernetes.io/zone",
                    "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
                    "beta.kubernetes.io/instance-type",
                    "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead");

    private final List<String> warnings = new ArrayList<>();
    private final String path;

    private PodWarnings(String path) {
        this.path = path;
    }

    /// @param path of what holds `spec`; empty for a pod itself
    public static List<String> of(
            @Nullable ObjectMeta metadata, @Nullable PodSpec spec, String path) {
        if (spec == null) {
            return List.of();
        }
        var found = new PodWarnings(path.isEmpty() ? "" : path + ".");
        found.spec(spec);
        found.annotations(metadata);
        return List.copyOf(found.warnings);
    }

    /// Of a template at `spec.template`.
    public static List<String> of(@Nullable PodTemplateSpec template) {
        return template == null
                ? List.of()
                : of(template.getMetadata(), template.getSpec(), "spec.template");
    }

    private void warn(String field, String text) {
        warnings.add(path + field + ": " + text);
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static <V> Map<String, V> map(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : new TreeMap<>(map);
    }

    private void spec(PodSpec spec) {
        for (String label : map(spec.getNodeSelector()).keySet()) {
            String text = OLD_LABELS.get(label);
            if (text != null) {
                warn("spec.nodeSelector[" + label + "]", text);
            }
        }
        affinity(spec);
        spread(spec);
        var volumes = list(spec.getVolumes());
        for (int i = 0; i < volumes.size(); i++) {
            volume("spec.volumes[" + i + "]", volumes.get(i));
        }
        var secrets = list(spec.getImagePullSecrets());
        for (int i = 0; i < secrets.size(); i++) {
            String name = secrets.get(i).getName();
            if (name == null || name.isEmpty()) {
                warn("spec.imagePullSecrets[" + i + "].name", "invalid empty name \"\"");
            }
        }
        containers("spec.initContainers", list(spec.getInitContainers()));
        containers("spec.containers", list(spec.getContainers()));
        amounts("spec.overhead", map(spec.getOverhead()));
        Long grace = spec.getTerminationGracePeriodSeconds();
        if (grace != null && grace < 0) {
            warn(
                    "spec.terminationGracePeriodSeconds",
                    "must be >= 0; negative values are invalid and will be treated as 1");
        }
    }

    private void affinity(PodSpec spec) {
        if (spec.getAffinity() == null || spec.getAffinity().getNodeAffinity() == null) {
            return;
        }
        var node = spec.getAffinity().getNodeAffinity();
        String base = "spec.affinity.nodeAffinity.";
        var required = node.getRequiredDuringSchedulingIgnoredDuringExecution();
        if (required != null) {
            var terms = list(required.getNodeSelectorTerms());
            for (int i = 0; i < terms.size(); i++) {
                term(
                        base
                                + "requiredDuringSchedulingIgnoredDuringExecution."
                                + "nodeSelectorTerms["
                                + i
                                + "]",
                        terms.get(i));
            }
        }
        var preferred = list(node.getPreferredDuringSchedulingIgnoredDuringExecution());
        for (int i = 0; i < preferred.size(); i++) {
            term(
                    base + "preferredDuringSchedulingIgnoredDuringExecution[" + i + "].preference",
                    preferred.get(i).getPreference());
        }
    }

    private void term(String field, @Nullable NodeSelectorTerm term) {
        var expressions =
                term == null
                        ? List.<io.fabric8.kubernetes.api.model.NodeSelectorRequirement>of()
                        : list(term.getMatchExpressions());
        for (int i = 0; i < expressions.size(); i++) {
            String key = expressions.get(i).getKey();
            String text = key == null ? null : OLD_LABELS.get(key);
            if (text != null) {
                warn(field + ".matchExpressions[" + i + "].key", key + " is " + text);
            }
        }
    }

    private void spread(PodSpec spec) {
        var constraints = list(spec.getTopologySpreadConstraints());
        for (int i = 0; i < constraints.size(); i++) {
            String field = "spec.topologySpreadConstraints[" + i + "].";
            String key = constraints.get(i).getTopologyKey();
            String text = key == null ? null : OLD_LABELS.get(key);
            if (text != null) {
                warn(field + "topologyKey", key + " is " + text);
            }
            if (constraints.get(i).getLabelSelector() == null) {
                warn(field + "labelSelector", "a null labelSelector results in matching no pod");
            }
        }
    }

    private void volume(String field, Volume volume) {
        if (volume.getGitRepo() != null) {
            warn(field + ".gitRepo", "deprecated in v1.11, and disabled by default in v1.33+");
        }
        if (volume.getGlusterfs() != null) {
            warn(field + ".glusterfs", "deprecated in v1.25, non-functional in v1.26+");
        }
        if (volume.getCephfs() != null) {
            warn(field + ".cephfs", "deprecated in v1.28, non-functional in v1.31+");
        }
        if (volume.getRbd() != null) {
            warn(field + ".rbd", "deprecated in v1.28, non-functional in v1.31+");
        }
    }

    private void containers(String field, List<Container> containers) {
        var taken = new HashMap<String, String>();
        for (int i = 0; i < containers.size(); i++) {
            Container container = containers.get(i);
            String at = field + "[" + i + "]";
            ports(at, list(container.getPorts()), taken);
            environment(at, list(container.getEnv()));
            var resources = container.getResources();
            if (resources != null) {
                amounts(at + ".resources.limits", map(resources.getLimits()));
                amounts(at + ".resources.requests", map(resources.getRequests()));
            }
        }
    }

    private void environment(String at, List<EnvVar> variables) {
        var seen = new HashMap<String, Integer>();
        for (int i = 0; i < variables.size(); i++) {
            String name = variables.get(i).getName();
            if (name == null) {
                continue;
            }
            String value = variables.get(i).getValue();
            Integer before = seen.put(name, i);
            // a variable that is made of its former value is meant so
            if (before != null && (value == null || !value.contains("$(" + name + ")"))) {
                warn(
                        at + ".env[" + i + "]",
                        "hides previous definition of "
                                + FieldErrors.quote(name)
                                + ", which may be dropped when using apply");
            }
        }
    }

    private void ports(String at, List<ContainerPort> ports, Map<String, String> taken) {
        for (int i = 0; i < ports.size(); i++) {
            var port = ports.get(i);
            String here = at + ".ports[" + i + "]";
            String key =
                    port.getProtocol()
                            + "/"
                            + port.getHostIP()
                            + "/"
                            + port.getHostPort()
                            + "/"
                            + port.getContainerPort();
            String before = taken.putIfAbsent(key, here);
            if (before != null) {
                warn(here, "duplicate port definition with " + path + before);
            }
        }
    }

    private void amounts(String field, Map<String, Quantity> amounts) {
        for (String name : List.of("memory", "ephemeral-storage")) {
            Quantity quantity = amounts.get(name);
            if (quantity == null) {
                continue;
            }
            String text = quantity.toString();
            if (io.j8s.machinery.quantity.Quantity.parse(text).amount().stripTrailingZeros().scale()
                    > 0) {
                warn(
                        field + "[" + name + "]",
                        "fractional byte value "
                                + FieldErrors.quote(text)
                                + " is invalid, must be an integer");
            }
        }
    }

    private void annotations(@Nullable ObjectMeta metadata) {
        var annotations =
                metadata == null ? Map.<String, String>of() : map(metadata.getAnnotations());
        for (String key : annotations.keySet()) {
            if (key.equals("seccomp.security.alpha.kubernetes.io/pod")
                    || key.startsWith("container.seccomp.security.alpha.kubernetes.io/")) {
                warn(
                        "metadata.annotations[" + key + "]",
                        "non-functional in v1.27+; use the \"seccompProfile\" field instead");
            } else if (key.startsWith("container.apparmor.security.beta.kubernetes.io/")) {
                warn(
                        "metadata.annotations[" + key + "]",
                        "deprecated since v1.30; use the \"appArmorProfile\" field instead");
            }
        }
    }
}
