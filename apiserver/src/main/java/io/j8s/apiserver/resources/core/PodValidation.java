package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.GoValue;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.Quantity;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/// Which pod specs are valid (upstream: `ValidatePodSpec`); containers, volumes, security and
/// scheduling have files of their own.
public final class PodValidation {

    private static final int NAMESERVERS_MAX = 3; // upstream: MaxDNSNameservers
    private static final int SEARCHES_MAX = 32; // upstream: MaxDNSSearchPaths
    private static final int SEARCH_CHARACTERS_MAX = 2048; // upstream: MaxDNSSearchListChars
    static final List<String> CONTAINERS =
            List.of("initContainers", "containers", "ephemeralContainers");

    private PodValidation() {}

    /// A new pod.
    static void create(Tree pod, FieldErrors errors) {
        At root = At.root(pod, errors);
        metadataAndSpec(root);
        if (!pod.trees("spec.ephemeralContainers").isEmpty()) {
            root.forbidden("spec.ephemeralContainers", "cannot be set on create");
        }
        if (!root.string("spec.nodeName").isEmpty()
                && !pod.trees("spec.schedulingGates").isEmpty()) {
            root.forbidden(
                    "spec.nodeName", "cannot be set until all schedulingGates have been cleared");
        }
        annotationsMatch(root, "metadata.annotations", "spec");
    }

    /// What holds for a pod at any time.
    static void metadataAndSpec(At root) {
        annotations(root, "metadata.annotations");
        if (root.at("spec") instanceof At spec) {
            spec(spec, root.string("metadata.name"), true);
            if (spec.string("serviceAccountName").isEmpty()) {
                for (At volume : spec.each("volumes")) {
                    for (At source : volume.each("projected.sources")) {
                        if (source.has("serviceAccountToken")) {
                            source.forbidden(
                                    "serviceAccountToken",
                                    "must not be specified when serviceAccountName is not set");
                        }
                    }
                }
            }
            spec.each("containers").forEach(ContainerValidation::imageWithoutSpaces);
            spec.each("initContainers").forEach(ContainerValidation::imageWithoutSpaces);
        }
    }

    /// A pod template (upstream: `ValidatePodTemplateSpec`).
    ///
    /// @param template null when there is none
    public static void template(@org.jspecify.annotations.Nullable At template) {
        if (template == null) {
            return;
        }
        // upstream: labels and annotations of templates are reported without `metadata`
        At meta = template.at("metadata");
        if (meta != null) {
            At bare = new At(meta.tree(), template.path(), template.errors());
            bare.labels("labels");
            bare.annotations("annotations");
            annotations(bare, "annotations");
        }
        if (template.at("spec") instanceof At spec) {
            spec(spec, "", false);
            annotationsMatch(template, "metadata.annotations", "spec");
            if (!spec.tree().trees("ephemeralContainers").isEmpty()) {
                spec.forbidden(
                        "ephemeralContainers", "ephemeral containers not allowed in pod template");
            }
        }
    }

    /// Upstream's `ValidatePodSpecificAnnotations`, as far as it is about more than old profiles.
    private static void annotations(At at, String field) {
        var annotations = at.tree().stringMap(field);
        String cost = annotations.get("controller.kubernetes.io/pod-deletion-cost");
        if (cost != null && !isDeletionCost(cost)) {
            at.errors()
                    .invalid(
                            at.path(field) + "[controller.kubernetes.io/pod-deletion-cost]",
                            cost,
                            "must be a 32bit integer");
        }
    }

    /// Upstream's `GetDeletionCostFromPodAnnotations`: no leading plus or zero.
    private static boolean isDeletionCost(String text) {
        if (!text.matches("-?(0|[1-9][0-9]{0,9})")) {
            return false;
        }
        long value = Long.parseLong(text);
        return value >= Integer.MIN_VALUE && value <= Integer.MAX_VALUE;
    }

    /// Where the old annotation and the field name a profile both, they must agree.
    private static void annotationsMatch(At holder, String annotations, String specField) {
        var old = holder.tree().stringMap(annotations);
        if (old.isEmpty() || !(holder.at(specField) instanceof At spec)) {
            return;
        }
        String pod = old.get("seccomp.security.alpha.kubernetes.io/pod");
        if (pod != null && spec.at("securityContext.seccompProfile") instanceof At profile) {
            profileMatches(profile, pod, "seccomp", "localhost/", "unconfined");
        }
        for (String list : CONTAINERS) {
            for (At container : spec.each(list)) {
                String name = container.string("name");
                String seccomp = old.get("container.seccomp.security.alpha.kubernetes.io/" + name);
                if (seccomp != null
                        && container.at("securityContext.seccompProfile") instanceof At profile) {
                    profileMatches(profile, seccomp, "seccomp", "localhost/", "unconfined");
                }
                String armor = old.get("container.apparmor.security.beta.kubernetes.io/" + name);
                At own = container.at("securityContext.appArmorProfile");
                At effective = own == null ? spec.at("securityContext.appArmorProfile") : own;
                if (armor != null && effective != null) {
                    At shown =
                            new At(
                                    effective.tree(),
                                    container.path("securityContext.appArmorProfile"),
                                    container.errors());
                    profileMatches(shown, armor, "apparmor", "localhost/", "unconfined");
                }
            }
        }
    }

    private static void profileMatches(
            At profile, String annotation, String what, String local, String unconfined) {
        boolean typeFits =
                switch (profile.string("type")) {
                    case "Unconfined" -> annotation.equals(unconfined);
                    case "RuntimeDefault" ->
                            annotation.equals("runtime/default")
                                    || (what.equals("seccomp")
                                            && annotation.equals("docker/default"));
                    case "Localhost" -> annotation.startsWith(local);
                    default -> true;
                };
        if (!typeFits) {
            profile.forbidden("type", what + " type in annotation and field must match");
        } else if (profile.string("type").equals("Localhost")
                && !annotation
                        .substring(local.length())
                        .equals(profile.string("localhostProfile"))) {
            profile.forbidden(
                    "localhostProfile", what + " profile in annotation and field must match");
        }
    }

    /// @param podName empty in templates
    private static void spec(At spec, String podName, boolean isPod) {
        Long grace = null;
        if (spec.has("terminationGracePeriodSeconds")) {
            grace = spec.number("terminationGracePeriodSeconds");
        } else {
            spec.required("terminationGracePeriodSeconds");
        }
        boolean hostUsers = spec.tree().bool("hostUsers", true);
        var volumes = VolumeValidation.validate(spec, podName);
        var claims = resourceClaims(spec);
        var containers =
                new ContainerValidation(
                        new ContainerValidation.Context(
                                volumes, claims, grace, spec.string("restartPolicy"), hostUsers));
        containers.regular(spec);
        containers.init(spec);
        containers.ephemeral(spec);
        for (String list : CONTAINERS) {
            spec.each(list).forEach(container -> EnvValidation.fileVolumes(spec, container));
        }
        podResources(spec, containers);
        hostNetworkPorts(spec, isPod);
        spec.oneOf("restartPolicy", "Always", "OnFailure", "Never");
        spec.oneOf("dnsPolicy", "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        spec.labels("nodeSelector");
        SecurityValidation.pod(spec);
        if (isPod) {
            SecurityValidation.hostSysctls(spec);
        }
        SchedulingValidation.affinity(spec.at("affinity"));
        dns(spec);
        spec.each("readinessGates").forEach(gate -> gate.qualifiedName("conditionType"));
        SchedulingValidation.schedulingGates(spec);
        SchedulingValidation.topologySpread(spec);
        hostProcess(spec);
        hostUsers(spec, hostUsers);
        names(spec);
        if (spec.has("activeDeadlineSeconds")) {
            long seconds = spec.number("activeDeadlineSeconds");
            if (seconds < 1 || seconds > Integer.MAX_VALUE) {
                spec.invalid(
                        "activeDeadlineSeconds",
                        seconds,
                        "must be between 1 and 2147483647, inclusive");
            }
        }
        SchedulingValidation.tolerations(spec);
        hostAliases(spec);
        if (spec.has("preemptionPolicy")) {
            spec.oneOf("preemptionPolicy", "PreemptLowerPriority", "Never");
        }
        overhead(spec);
        operatingSystem(spec);
    }

    private static void names(At spec) {
        for (String field : List.of("serviceAccountName", "nodeName")) {
            if (!spec.string(field).isEmpty()) {
                spec.dnsSubdomain(field);
            }
        }
        for (String field : List.of("hostname", "subdomain")) {
            if (!spec.string(field).isEmpty()) {
                spec.dnsLabel(field);
            }
        }
        if (!spec.string("priorityClassName").isEmpty()) {
            spec.dnsSubdomain("priorityClassName");
        }
        if (spec.has("runtimeClassName")) {
            spec.dnsSubdomain("runtimeClassName");
        }
        if (spec.has("hostnameOverride")) {
            if (spec.bool("hostNetwork")) {
                spec.forbidden("hostnameOverride", "may not be specified when hostNetwork is true");
            }
            String name = spec.string("hostnameOverride");
            if (name.length() > 64) {
                spec.errors().tooLong(spec.path("hostnameOverride"), 64);
            }
            spec.dnsSubdomain("hostnameOverride");
        }
    }

    private static java.util.Set<String> resourceClaims(At spec) {
        var names = new HashSet<String>();
        for (At claim : spec.each("resourceClaims")) {
            String name = claim.string("name");
            if (name.isEmpty()) {
                claim.required("name");
            } else if (!names.add(name)) {
                claim.duplicate("name", name);
            } else {
                claim.dnsLabel("name");
            }
            boolean direct = claim.has("resourceClaimName");
            boolean template = claim.has("resourceClaimTemplateName");
            if (direct && template) {
                claim.errors()
                        .invalid(
                                claim.path(),
                                GoValue.shown(claim.tree()),
                                "at most one of `resourceClaimName` or"
                                        + " `resourceClaimTemplateName` may be specified");
            }
            if (!direct && !template) {
                claim.errors()
                        .invalid(
                                claim.path(),
                                GoValue.shown(claim.tree()),
                                "must specify one of: `resourceClaimName`,"
                                        + " `resourceClaimTemplateName`");
            }
            if (direct) {
                claim.dnsSubdomain("resourceClaimName");
            }
            if (template) {
                claim.dnsSubdomain("resourceClaimTemplateName");
            }
        }
        return names;
    }

    /// Resources of the whole pod bound those of its containers.
    private static void podResources(At spec, ContainerValidation containerRules) {
        At resources = spec.at("resources");
        if (resources == null) {
            return;
        }
        if (spec.string("os.name").equals("windows")) {
            spec.forbidden("resources", "may not be set for a windows pod");
            return;
        }
        if (!resources.tree().trees("claims").isEmpty()) {
            resources.forbidden("claims", "claims may not be set for Resources at pod-level");
        }
        containerRules.podResources(resources);
        var sums = new HashMap<String, Quantity>();
        for (At container : spec.each("containers")) {
            var requests = container.tree().map("resources.requests");
            for (String name : container.keys("resources.requests")) {
                if (Amounts.of(requests, name) instanceof Quantity value) {
                    sums.merge(name, value, Quantity::plus);
                }
            }
        }
        for (String name : new java.util.TreeSet<>(sums.keySet())) {
            var sum = sums.getOrDefault(name, Quantity.ZERO);
            var own = Amounts.of(resources.tree().map("requests"), name);
            if (own != null && sum.compareTo(own) > 0) {
                resources
                        .errors()
                        .invalid(
                                resources.path("requests[" + name + "]"),
                                own.toString(),
                                "must be greater than or equal to aggregate container requests of "
                                        + sum);
            }
        }
        var containers = spec.each("containers");
        for (int i = 0; i < containers.size(); i++) {
            var limits = containers.get(i).tree().map("resources.limits");
            for (String name : containers.get(i).keys("resources.limits")) {
                var limit = Amounts.of(limits, name);
                var most = Amounts.of(resources.tree().map("limits"), name);
                if (limit != null && most != null && limit.compareTo(most) > 0) {
                    resources
                            .errors()
                            .invalid(
                                    resources.path("containers[" + i + "][" + name + "].limits"),
                                    limit.toString(),
                                    "must be less than or equal to pod limits of " + most);
                }
            }
        }
    }

    private static void hostNetworkPorts(At spec, boolean isPod) {
        if (!spec.bool("hostNetwork")) {
            return;
        }
        for (At container : spec.each("containers")) {
            for (At port : container.each("ports")) {
                long host = port.number("hostPort");
                if ((isPod || host != 0) && host != port.number("containerPort")) {
                    port.invalid(
                            "hostPort",
                            host,
                            "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private static void dns(At spec) {
        At config = spec.at("dnsConfig");
        if (spec.string("dnsPolicy").equals("None")) {
            if (config == null) {
                spec.required("dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (config.strings("nameservers").isEmpty()) {
                config.required(
                        "nameservers",
                        "must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        if (config == null) {
            return;
        }
        var servers = config.strings("nameservers");
        if (servers.size() > NAMESERVERS_MAX) {
            config.invalid(
                    "nameservers", "must not have more than " + NAMESERVERS_MAX + " nameservers");
        }
        for (int i = 0; i < servers.size(); i++) {
            config.all(
                    "nameservers[" + i + "]",
                    servers.get(i),
                    IpRules.legacyAddress(servers.get(i), true));
        }
        var searches = config.strings("searches");
        if (searches.size() > SEARCHES_MAX) {
            config.invalid("searches", "must not have more than " + SEARCHES_MAX + " search paths");
        }
        if (String.join(" ", searches).length() > SEARCH_CHARACTERS_MAX) {
            config.invalid(
                    "searches",
                    "must not have more than "
                            + SEARCH_CHARACTERS_MAX
                            + " characters (including spaces) in the search list");
        }
        for (int i = 0; i < searches.size(); i++) {
            String search = searches.get(i);
            if (!search.equals(".")) {
                String bare =
                        search.endsWith(".") ? search.substring(0, search.length() - 1) : search;
                config.all(
                        "searches[" + i + "]",
                        bare,
                        NameRules.dns1123SubdomainWithUnderscore(bare));
            }
        }
        for (At option : config.each("options")) {
            if (option.string("name").isEmpty()) {
                option.errors().required(option.path(), "must not be empty");
            }
        }
    }

    private static void hostAliases(At spec) {
        for (At alias : spec.each("hostAliases")) {
            alias.address("ip");
            var names = alias.strings("hostnames");
            for (int i = 0; i < names.size(); i++) {
                alias.all(
                        "hostnames[" + i + "]",
                        names.get(i),
                        NameRules.dns1123Subdomain(names.get(i)));
            }
        }
    }

    private static void hostUsers(At spec, boolean hostUsers) {
        if (hostUsers) {
            return;
        }
        String text = "when `pod.Spec.HostUsers` is false";
        if (spec.bool("hostNetwork")) {
            spec.forbidden("hostNetwork", text);
        }
        if (spec.bool("hostPID")) {
            spec.errors().forbidden(spec.path() + ".HostPID", text);
        }
        if (spec.bool("hostIPC")) {
            spec.errors().forbidden(spec.path() + ".HostIPC", text);
        }
    }

    private static void overhead(At spec) {
        for (String name : spec.keys("overhead")) {
            if (Amounts.of(spec.tree().map("overhead"), name) instanceof Quantity value) {
                String field = "overhead.limits[" + name + "]";
                At shown = new At(spec.tree(), spec.path(), spec.errors());
                Amounts.containerName(shown, field, name);
                Amounts.value(shown, field, name, value);
            }
        }
    }

    private static void hostProcess(At spec) {
        Boolean ofPod = spec.tree().bool("securityContext.windowsOptions.hostProcess");
        int all = 0;
        int host = 0;
        for (String list : CONTAINERS) {
            for (At container : spec.each(list)) {
                all++;
                Boolean own = container.tree().bool("securityContext.windowsOptions.hostProcess");
                if (ofPod != null && own != null && !ofPod.equals(own)) {
                    container
                            .errors()
                            .invalid(
                                    container.path("securityContext.windowsOptions.hostProcess"),
                                    own,
                                    "pod hostProcess value must be identical if both are specified,"
                                            + " was "
                                            + ofPod);
                }
                boolean effective = own == null ? Boolean.TRUE.equals(ofPod) : own;
                host += effective ? 1 : 0;
            }
        }
        if (host == 0) {
            return;
        }
        if (host != all) {
            spec.errors()
                    .invalid(
                            spec.path(),
                            "",
                            "If pod contains any hostProcess containers then all containers must be"
                                    + " HostProcess containers");
        }
        if (!spec.bool("hostNetwork")) {
            spec.invalid(
                    "hostNetwork",
                    false,
                    "hostNetwork must be true if pod contains any hostProcess containers");
        }
    }

    private static void operatingSystem(At spec) {
        if (!spec.has("os")) {
            return;
        }
        String name = spec.string("os.name");
        switch (name) {
            case "" -> spec.required("os.name");
            case "linux" -> {
                String text = "windows options cannot be set for a linux pod";
                forbid(spec, "securityContext", List.of("windowsOptions"), text);
                forContainers(spec, List.of("windowsOptions"), text);
            }
            case "windows" -> windows(spec);
            default ->
                    spec.errors().notSupported(spec.path("os"), name, List.of("linux", "windows"));
        }
    }

    private static void windows(At spec) {
        String text = "cannot be set for a windows pod";
        forbid(spec, "securityContext", List.of("appArmorProfile", "seLinuxOptions"), text);
        for (String field : List.of("hostUsers", "hostPID", "hostIPC")) {
            if (field.equals("hostUsers") ? spec.has(field) : spec.bool(field)) {
                spec.forbidden(field, text);
            }
        }
        forbid(
                spec,
                "securityContext",
                List.of("seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls"),
                text);
        if (spec.has("shareProcessNamespace")) {
            spec.forbidden("shareProcessNamespace", text);
        }
        forbid(
                spec,
                "securityContext",
                List.of(
                        "runAsUser",
                        "runAsGroup",
                        "supplementalGroups",
                        "supplementalGroupsPolicy",
                        "seLinuxChangePolicy"),
                text);
        forContainers(
                spec,
                List.of(
                        "appArmorProfile",
                        "seLinuxOptions",
                        "seccompProfile",
                        "capabilities",
                        "readOnlyRootFilesystem",
                        "privileged",
                        "allowPrivilegeEscalation",
                        "procMount",
                        "runAsUser",
                        "runAsGroup"),
                text);
    }

    private static void forContainers(At spec, List<String> fields, String text) {
        for (String list : CONTAINERS) {
            spec.each(list)
                    .forEach(container -> forbid(container, "securityContext", fields, text));
        }
    }

    private static void forbid(At holder, String struct, List<String> fields, String text) {
        if (holder.at(struct) instanceof At context) {
            for (String field : fields) {
                if (context.has(field)) {
                    context.forbidden(field, text);
                }
            }
        }
    }
}
