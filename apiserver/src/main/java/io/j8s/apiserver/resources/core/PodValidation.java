package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Which pod specs are valid (upstream: `ValidatePodSpec`); containers, volumes, security and
/// scheduling have files of their own.
public final class PodValidation {

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
        PodAnnotationRules.annotationsMatch(root, "metadata.annotations", "spec");
    }

    /// What holds for a pod at any time.
    static void metadataAndSpec(At root) {
        PodAnnotationRules.annotations(root, "metadata.annotations", root.tree().tree("spec"));
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
            PodAnnotationRules.annotations(bare, "annotations", template.tree().tree("spec"));
        }
        if (template.at("spec") instanceof At spec) {
            spec(spec, "", false);
            PodAnnotationRules.annotationsMatch(template, "metadata.annotations", "spec");
            if (!spec.tree().trees("ephemeralContainers").isEmpty()) {
                spec.forbidden(
                        "ephemeralContainers", "ephemeral containers not allowed in pod template");
            }
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
        var claims = PodResourceRules.resourceClaims(spec);
        var containers =
                new ContainerValidation(
                        new ContainerValidation.Context(
                                volumes, claims, grace, spec.string("restartPolicy"), hostUsers));
        containers.regular(spec);
        containers.init(spec);
        containers.ephemeral(spec);
        PodResourceRules.podResources(spec, containers);
        PodNetworkRules.hostNetworkPorts(spec, isPod);
        spec.oneOf("restartPolicy", "Always", "OnFailure", "Never");
        spec.oneOf("dnsPolicy", "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        spec.labels("nodeSelector");
        SecurityValidation.pod(spec);
        if (isPod) {
            SecurityValidation.hostSysctls(spec);
        }
        if (spec.bool("shareProcessNamespace") && spec.bool("hostPID")) {
            spec.invalid(
                    "shareProcessNamespace",
                    "ShareProcessNamespace and HostPID cannot both be enabled");
        }
        SchedulingValidation.affinity(spec.at("affinity"));
        PodNetworkRules.dns(spec);
        spec.each("readinessGates").forEach(gate -> gate.qualifiedName("conditionType"));
        SchedulingValidation.schedulingGates(spec);
        SchedulingValidation.topologySpread(spec);
        PodOsRules.hostProcess(spec);
        PodNetworkRules.hostUsers(spec, hostUsers);
        namesAndLimits(spec);
        PodResourceRules.overhead(spec);
        PodOsRules.operatingSystem(spec);
        for (String list : CONTAINERS) {
            spec.each(list).forEach(container -> EnvValidation.fileVolumes(spec, container));
        }
    }

    private static void namesAndLimits(At spec) {
        hostnameOverride(spec);
        for (String field : List.of("serviceAccountName", "nodeName")) {
            if (!spec.string(field).isEmpty()) {
                spec.dnsSubdomain(field);
            }
        }
        if (spec.has("activeDeadlineSeconds")) {
            long seconds = spec.number("activeDeadlineSeconds");
            if (seconds < 1 || seconds > Integer.MAX_VALUE) {
                spec.invalid(
                        "activeDeadlineSeconds",
                        seconds,
                        "must be between 1 and 2147483647, inclusive");
            }
        }
        for (String field : List.of("hostname", "subdomain")) {
            if (!spec.string(field).isEmpty()) {
                spec.dnsLabel(field);
            }
        }
        SchedulingValidation.tolerations(spec);
        PodNetworkRules.hostAliases(spec);
        if (!spec.string("priorityClassName").isEmpty()) {
            spec.dnsSubdomain("priorityClassName");
        }
        if (spec.has("runtimeClassName")) {
            spec.dnsSubdomain("runtimeClassName");
        }
        if (spec.has("preemptionPolicy")) {
            spec.oneOf("preemptionPolicy", "PreemptLowerPriority", "Never");
        }
    }

    private static void hostnameOverride(At spec) {
        if (!spec.has("hostnameOverride")) {
            return;
        }
        if (spec.bool("setHostnameAsFQDN")) {
            spec.forbidden(
                    "hostnameOverride", "may not be specified when setHostnameAsFQDN is true");
        }
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
