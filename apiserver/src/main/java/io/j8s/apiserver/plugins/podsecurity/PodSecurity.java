package io.j8s.apiserver.plugins.podsecurity;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Refuses pods that a namespace's labels do not allow, and warns of templates that would make such
/// (upstream: `pod-security-admission/admission`).
public final class PodSecurity implements AdmissionPlugin {

    private static final GroupResource NAMESPACES = new GroupResource("", "namespaces");
    private static final GroupResource PODS = new GroupResource("", "pods");
    private static final int PODS_MAX = 3000; // upstream: namespaceMaxPodsToCheck
    private static final int NAMES_MAX = 2;
    private static final Map<String, String> TEMPLATES =
            Map.of(
                    "podtemplates", "template",
                    "replicationcontrollers", "spec.template",
                    "replicasets.apps", "spec.template",
                    "deployments.apps", "spec.template",
                    "statefulsets.apps", "spec.template",
                    "daemonsets.apps", "spec.template",
                    "jobs.batch", "spec.template",
                    "cronjobs.batch", "spec.jobTemplate.spec.template");

    private final Lookup lookup;

    public PodSecurity(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "PodSecurity";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        if (attributes.operation() != Operation.CREATE
                && attributes.operation() != Operation.UPDATE) {
            return false;
        }
        var resource = attributes.resource().groupResource();
        if (resource.equals(PODS)) {
            // upstream: an update of a pod cannot change what the standards look at, save by an
            // ephemeral container
            return attributes.subresource().equals("ephemeralcontainers")
                    || (attributes.subresource().isEmpty()
                            && attributes.operation() == Operation.CREATE);
        }
        return attributes.subresource().isEmpty()
                && (resource.equals(NAMESPACES) || TEMPLATES.containsKey(resource.toString()));
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        var object = Objects.requireNonNull(attributes.object());
        var resource = attributes.resource().groupResource();
        if (resource.equals(NAMESPACES)) {
            checkNamespace(attributes, object);
            return;
        }
        var labels = labels(attributes.key().namespace());
        if (resource.equals(PODS)) {
            checkPod(attributes, object, labels);
        } else {
            warnOfTemplate(attributes, object, labels);
        }
    }

    private Map<String, String> labels(String namespace) {
        return lookup.get(NAMESPACES, ObjectKey.clusterScoped(namespace))
                .map(found -> found.stringMap("metadata.labels"))
                .orElse(Map.of());
    }

    private static @Nullable Checks checks(@Nullable Tree holder) {
        if (holder == null) {
            return null;
        }
        var spec = holder.tree("spec");
        return spec == null
                ? null
                : new Checks(Objects.requireNonNullElse(holder.tree("metadata"), spec), spec);
    }

    private static void checkPod(
            AdmissionAttributes attributes, Tree pod, Map<String, String> labels) {
        var checks = checks(pod);
        if (checks == null) {
            return;
        }
        var enforced = Level.of(labels, "enforce");
        var violations = enforced.check(withMetadata(checks, pod));
        if (!violations.isEmpty()) {
            throw new ApiException(
                    new ApiError.Forbidden(
                            PODS,
                            name(attributes, pod),
                            "violates PodSecurity %s: %s"
                                    .formatted(
                                            FieldErrors.quote(enforced.toString()),
                                            Violation.text(violations))));
        }
        warn(attributes, withMetadata(checks, pod), labels);
    }

    private static Checks withMetadata(Checks checks, Tree holder) {
        var metadata = holder.tree("metadata");
        return new Checks(
                metadata == null ? holder.copy().ensure("metadata") : metadata, checks.spec());
    }

    private static String name(AdmissionAttributes attributes, Tree pod) {
        var name = attributes.key().name();
        return name.isEmpty() ? pod.string("metadata.name", "") : name;
    }

    private static void warn(
            AdmissionAttributes attributes, Checks checks, Map<String, String> labels) {
        var level = Level.of(labels, "warn");
        var violations = level.check(checks);
        if (!violations.isEmpty()) {
            attributes
                    .context()
                    .warn(
                            "would violate PodSecurity %s: %s"
                                    .formatted(
                                            FieldErrors.quote(level.toString()),
                                            Violation.text(violations)));
        }
    }

    private static void warnOfTemplate(
            AdmissionAttributes attributes, Tree object, Map<String, String> labels) {
        var path =
                Objects.requireNonNull(
                        TEMPLATES.get(attributes.resource().groupResource().toString()));
        var template = object.tree(path);
        var checks = checks(template);
        if (checks != null && template != null) {
            warn(attributes, withMetadata(checks, template), labels);
        }
    }

    private void checkNamespace(AdmissionAttributes attributes, Tree namespace) {
        var labels = namespace.stringMap("metadata.labels");
        var errors = new FieldErrors();
        for (var mode : List.of("enforce", "audit", "warn")) {
            checkLabels(labels, mode, errors);
        }
        var old = attributes.old();
        boolean wasInvalid = old != null && isInvalid(old.stringMap("metadata.labels"));
        if (!errors.isEmpty() && !wasInvalid) {
            throw new ApiException(
                    new ApiError.Invalid(
                            "", "Namespace", namespace.string("metadata.name", ""), errors.list()));
        }
        if (old != null) {
            warnOfPods(attributes, labels, old.stringMap("metadata.labels"));
        }
    }

    private static boolean isInvalid(Map<String, String> labels) {
        var errors = new FieldErrors();
        for (var mode : List.of("enforce", "audit", "warn")) {
            checkLabels(labels, mode, errors);
        }
        return !errors.isEmpty();
    }

    private static void checkLabels(Map<String, String> labels, String mode, FieldErrors errors) {
        var key = Level.PREFIX + mode;
        var level = labels.get(key);
        if (level != null && !Level.isName(level)) {
            errors.invalid(
                    "metadata.labels[" + key + "]",
                    level,
                    "must be one of privileged, baseline, restricted");
        }
        var version = labels.get(key + "-version");
        if (version != null && !Level.isVersion(version)) {
            errors.invalid(
                    "metadata.labels[" + key + "-version]",
                    version,
                    "must be \"latest\" or \"v1.x\"");
        }
    }

    /// A stricter namespace does not stop the pods that are in it: tell who would not get in again.
    private void warnOfPods(
            AdmissionAttributes attributes,
            Map<String, String> labels,
            Map<String, String> before) {
        var level = Level.of(labels, "enforce");
        if (level.isPrivileged() || level.equals(Level.of(before, "enforce"))) {
            return;
        }
        var name = attributes.key().name();
        Map<String, List<String>> pods = new LinkedHashMap<>();
        int count = 0;
        for (var pod : lookup.list(PODS, name)) {
            var checks = checks(pod);
            if (checks == null || ++count > PODS_MAX) {
                continue;
            }
            var violations = level.check(withMetadata(checks, pod));
            if (!violations.isEmpty()) {
                var reasons = violations.stream().map(Violation::reason).toList();
                pods.computeIfAbsent(String.join(", ", reasons), _ -> new ArrayList<>())
                        .add(pod.string("metadata.name", ""));
            }
        }
        if (pods.isEmpty()) {
            return;
        }
        attributes
                .context()
                .warn(
                        "existing pods in namespace %s violate the new PodSecurity enforce level %s"
                                .formatted(
                                        FieldErrors.quote(name),
                                        FieldErrors.quote(level.toString())));
        pods.forEach(
                (reasons, names) -> attributes.context().warn(podList(names) + ": " + reasons));
    }

    private static String podList(List<String> names) {
        int more = names.size() - 1;
        return switch (more) {
            case 0 -> names.getFirst();
            case NAMES_MAX - 1 -> names.getFirst() + " (and 1 other pod)";
            default -> names.getFirst() + " (and " + more + " other pods)";
        };
    }
}
