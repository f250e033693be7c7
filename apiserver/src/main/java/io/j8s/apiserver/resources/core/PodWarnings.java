package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.IpWarnings;
import io.j8s.apiserver.resources.rules.NodeLabels;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is valid in a pod and still probably not meant (upstream: `pkg/api/pod/warnings.go`).
public final class PodWarnings {

    private static final String ANNOTATIONS = "metadata.annotations";
    private static final String NULL_SELECTOR = "a null labelSelector results in matching no pod";
    private static final String APP_ARMOR =
            "deprecated since v1.30; use the \"appArmorProfile\" field instead";
    private static final List<Map.Entry<String, String>> OLD_ANNOTATIONS =
            List.of(
                    Map.entry(
                            "scheduler.alpha.kubernetes.io/critical-pod",
                            "non-functional in v1.16+; use the \"priorityClassName\" field"
                                    + " instead"),
                    Map.entry(
                            "security.alpha.kubernetes.io/sysctls",
                            "non-functional in v1.11+; use the \"sysctls\" field instead"),
                    Map.entry(
                            "security.alpha.kubernetes.io/unsafe-sysctls",
                            "non-functional in v1.11+; use the \"sysctls\" field instead"));

    /// Sources of volumes that no longer do anything, in the order in which upstream looks.
    private static final List<Map.Entry<String, String>> OLD_VOLUMES =
            List.of(
                    Map.entry(
                            "photonPersistentDisk",
                            "deprecated in v1.11, non-functional in v1.16+"),
                    Map.entry("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
                    Map.entry("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
                    Map.entry("flocker", "deprecated in v1.22, non-functional in v1.25+"),
                    Map.entry("storageos", "deprecated in v1.22, non-functional in v1.25+"),
                    Map.entry("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
                    Map.entry("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
                    Map.entry("ephemeral", ""),
                    Map.entry("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
                    Map.entry("rbd", "deprecated in v1.28, non-functional in v1.31+"));

    private final List<String> warnings = new ArrayList<>();
    private final Tree holder;
    private final Tree spec;
    private final String path;

    private PodWarnings(Tree holder, Tree spec, String path) {
        this.holder = holder;
        this.spec = spec;
        this.path = path.isEmpty() ? "" : path + ".";
    }

    /// Of a new pod.
    static List<String> ofPod(Tree pod) {
        var out = new ArrayList<>(ofName(pod, "the Pod's hostname"));
        out.addAll(of(pod, ""));
        return out;
    }

    /// Of the name of what makes pods.
    public static List<String> ofMakersName(Tree object) {
        return ofName(object, "Pod names and hostnames");
    }

    private static List<String> ofName(Tree object, String use) {
        var texts = NameRules.dns1123Label(object.string("metadata.name", ""));
        return texts.isEmpty()
                ? List.of()
                : List.of(
                        "metadata.name: this is used in "
                                + use
                                + ", which can result in surprising behavior; a DNS label is"
                                + " recommended: ["
                                + String.join(" ", texts)
                                + "]");
    }

    /// Of a template.
    ///
    /// @param path where it stands in the object
    public static List<String> ofTemplate(Tree object, String path) {
        Tree template = object.tree(path);
        return template == null ? List.of() : of(template, path);
    }

    private static List<String> of(Tree holder, String path) {
        Tree spec = holder.tree("spec");
        if (spec == null) {
            return List.of();
        }
        var found = new PodWarnings(holder, spec, path);
        found.look();
        return List.copyOf(found.warnings);
    }

    private void look() {
        nodeLabels();
        annotations();
        volumes();
        hostAliases();
        pullSecrets();
        amounts("spec.overhead", spec, "overhead");
        profiles();
        var containers = new ContainerWarnings(path, warnings);
        containers.look(spec);
        if (spec.longValue("terminationGracePeriodSeconds", 0) < 0) {
            warn(
                    "spec.terminationGracePeriodSeconds",
                    "must be >= 0; negative values are invalid and will be treated as 1");
        }
        podAffinity();
        addresses();
    }

    private void warn(String field, String text) {
        warnings.add(path + field + ": " + text);
    }

    private void nodeLabels() {
        for (String label : spec.stringMap("nodeSelector").keySet().stream().sorted().toList()) {
            String text = NodeLabels.warning(label);
            if (text != null) {
                warn("spec.nodeSelector[" + label + "]", text);
            }
        }
        String base = "spec.affinity.nodeAffinity.";
        String field = "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
        var terms = spec.trees("affinity.nodeAffinity." + field);
        for (int i = 0; i < terms.size(); i++) {
            nodeTerm(path + base + field + "[" + i + "]", terms.get(i), false, warnings);
        }
        field = "preferredDuringSchedulingIgnoredDuringExecution";
        var preferred = spec.trees("affinity.nodeAffinity." + field);
        for (int i = 0; i < preferred.size(); i++) {
            if (preferred.get(i).tree("preference") instanceof Tree term) {
                nodeTerm(path + base + field + "[" + i + "].preference", term, true, warnings);
            }
        }
        var constraints = spec.trees("topologySpreadConstraints");
        for (int i = 0; i < constraints.size(); i++) {
            String at = "spec.topologySpreadConstraints[" + i + "].";
            String key = constraints.get(i).string("topologyKey", "");
            if (NodeLabels.warning(key) instanceof String text) {
                warn(at + "topologyKey", key + " is " + text);
            }
            if (!constraints.get(i).has("labelSelector")) {
                warn(at + "labelSelector", NULL_SELECTOR);
            }
        }
    }

    /// Upstream's `GetWarningsForNodeSelectorTerm`.
    ///
    /// @param valuesToo whether values are looked at that are no label values
    static void nodeTerm(String at, Tree term, boolean valuesToo, List<String> out) {
        var expressions = term.trees("matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            String here = at + ".matchExpressions[" + i + "]";
            String key = expressions.get(i).string("key", "");
            if (NodeLabels.warning(key) instanceof String text) {
                out.add(here + ".key: " + key + " is " + text);
            }
            var values = valuesToo ? expressions.get(i).strings("values") : List.<String>of();
            for (int j = 0; j < values.size(); j++) {
                for (String text : NameRules.labelValue(values.get(j))) {
                    out.add(here + ".values[" + j + "]: " + values.get(j) + " is invalid, " + text);
                }
            }
        }
    }

    private void annotations() {
        var annotations = holder.stringMap(ANNOTATIONS);
        for (var old : OLD_ANNOTATIONS) {
            if (annotations.containsKey(old.getKey())) {
                warn(ANNOTATIONS + "[" + old.getKey() + "]", old.getValue());
            }
        }
    }

    private void volumes() {
        var volumes = spec.trees("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            String at = "spec.volumes[" + i + "].";
            for (var old : OLD_VOLUMES) {
                if (!volumes.get(i).has(old.getKey())) {
                    continue;
                }
                if (!old.getKey().equals("ephemeral")) {
                    String spelt = old.getKey().equals("storageos") ? "storageOS" : old.getKey();
                    warn(at + spelt, old.getValue());
                } else if (volumes.get(i).tree("ephemeral.volumeClaimTemplate.spec")
                        instanceof Tree claim) {
                    warnings.addAll(
                            ClaimValidation.warnings(
                                    path + at + "ephemeral.volumeClaimTemplate.spec", claim));
                }
            }
        }
        warnings.addAll(VolumePathWarnings.of(volumes));
    }

    private void hostAliases() {
        var aliases = spec.trees("hostAliases");
        var seen = new HashSet<String>();
        for (int i = 0; i < aliases.size(); i++) {
            String ip = aliases.get(i).string("ip", "");
            if (!seen.add(ip)) {
                warn("spec.hostAliases[" + i + "].ip", "duplicate ip " + FieldErrors.quote(ip));
            }
        }
    }

    private void pullSecrets() {
        var secrets = spec.trees("imagePullSecrets");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < secrets.size(); i++) {
            String name = secrets.get(i).string("name", "");
            if (!seen.add(name)) {
                warn(
                        "spec.imagePullSecrets[" + i + "].name",
                        "duplicate name " + FieldErrors.quote(name));
            }
        }
        for (int i = 0; i < secrets.size(); i++) {
            if (secrets.get(i).string("name", "").isEmpty()) {
                warn("spec.imagePullSecrets[" + i + "].name", "invalid empty name \"\"");
            }
        }
    }

    private void amounts(String at, Tree from, String field) {
        ContainerWarnings.amounts(path + at, from.map(field), warnings);
    }

    /// Profiles that stand in annotations only.
    private void profiles() {
        var annotations = holder.stringMap(ANNOTATIONS);
        String pod = "seccomp.security.alpha.kubernetes.io/pod";
        if (!spec.has("securityContext.seccompProfile") && annotations.containsKey(pod)) {
            seccomp(pod);
        }
        for (String list : PodValidation.CONTAINERS) {
            for (Tree container : spec.trees(list)) {
                String name = container.string("name", "");
                String key = "container.seccomp.security.alpha.kubernetes.io/" + name;
                if (!container.has("securityContext.seccompProfile")
                        && annotations.containsKey(key)) {
                    seccomp(key);
                }
                // a pod's own are warned of where they become fields
                key = AppArmor.ANNOTATION + name;
                String text = annotations.get(key);
                if (!path.isEmpty()
                        && text != null
                        && !container.has("securityContext.appArmorProfile")
                        && !AppArmor.isSame(text, spec.tree("securityContext.appArmorProfile"))) {
                    warn(ANNOTATIONS + "[" + key + "]", APP_ARMOR);
                }
            }
        }
    }

    private void seccomp(String key) {
        warn(
                ANNOTATIONS + "[" + key + "]",
                "non-functional in v1.27+; use the \"seccompProfile\" field instead");
    }

    private void podAffinity() {
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            selectors(kind, "requiredDuringSchedulingIgnoredDuringExecution", "");
            selectors(kind, "preferredDuringSchedulingIgnoredDuringExecution", "podAffinityTerm.");
        }
    }

    private void selectors(String kind, String field, String inner) {
        String at = "affinity." + kind + "." + field;
        var terms = spec.trees(at);
        for (int i = 0; i < terms.size(); i++) {
            if (!terms.get(i).has(inner + "labelSelector")) {
                warn("spec." + at + "[" + i + "]." + inner + "labelSelector", NULL_SELECTOR);
            }
        }
    }

    private void addresses() {
        var servers = spec.strings("dnsConfig.nameservers");
        for (int i = 0; i < servers.size(); i++) {
            warnings.addAll(
                    IpWarnings.address(
                            path + "spec.dnsConfig.nameservers[" + i + "]", servers.get(i)));
        }
        var aliases = spec.trees("hostAliases");
        for (int i = 0; i < aliases.size(); i++) {
            warnings.addAll(
                    IpWarnings.address(
                            path + "spec.hostAliases[" + i + "].ip",
                            aliases.get(i).string("ip", "")));
        }
    }

    /// Of the addresses in a pod's status.
    static List<String> ofStatus(@Nullable Tree status) {
        var out = new ArrayList<String>();
        for (String list : List.of("podIPs", "hostIPs")) {
            var addresses = status == null ? List.<Tree>of() : status.trees(list);
            for (int i = 0; i < addresses.size(); i++) {
                out.addAll(
                        IpWarnings.address(
                                "status." + list + "[" + i + "].ip",
                                addresses.get(i).string("ip", "")));
            }
        }
        return out;
    }
}
