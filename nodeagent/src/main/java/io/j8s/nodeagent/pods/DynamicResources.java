package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.core.ConfigException;

import java.util.Optional;
import java.util.function.Function;

/// What a pod's resource claims need before its sandbox is made (upstream: `cm/dra`). No driver
/// registers with this node, so a claim with devices holds its pod back, with upstream's words; a
/// claim without devices does not.
final class DynamicResources {

    static final String FAILED = "FailedPrepareDynamicResources";

    private final Function<ObjectKey, Optional<ResourceClaim>> claims;

    DynamicResources(Function<ObjectKey, Optional<ResourceClaim>> claims) {
        this.claims = claims;
    }

    /// @throws ConfigException when the pod may not start, with the event's message
    void prepare(Pod pod) throws ConfigException {
        for (var wanted : pod.getSpec().getResourceClaims()) {
            var name = claimName(pod, wanted);
            if (name.isPresent()) {
                prepare(pod, wanted, name.get());
            }
        }
    }

    /// Empty when the template's controller found that nothing is needed.
    private static Optional<String> claimName(Pod pod, PodResourceClaim wanted)
            throws ConfigException {
        if (wanted.getResourceClaimName() != null) {
            return Optional.of(wanted.getResourceClaimName());
        }
        if (wanted.getResourceClaimTemplateName() == null) {
            throw failed(
                    "pod \"%s/%s\", spec.resourceClaim \"%s\": none of the supported fields are set"
                            .formatted(namespace(pod), name(pod), wanted.getName()));
        }
        for (var status : pod.getStatus().getResourceClaimStatuses()) {
            if (status.getName().equals(wanted.getName())) {
                return Optional.ofNullable(status.getResourceClaimName());
            }
        }
        throw failed(
                "pod \"%s/%s\": ResourceClaim not created yet"
                        .formatted(namespace(pod), name(pod)));
    }

    private void prepare(Pod pod, PodResourceClaim wanted, String claimName)
            throws ConfigException {
        var claim =
                claims.apply(new ObjectKey(namespace(pod), claimName))
                        .orElseThrow(() ->
                                failed(
                                        "fetch ResourceClaim %s: resourceclaims.resource.k8s.io \"%s\" not found"
                                                .formatted(claimName, claimName)));
        var uid = pod.getMetadata().getUid();
        boolean isOurs =
                claim.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner ->
                                Boolean.TRUE.equals(owner.getController())
                                        && owner.getUid().equals(uid));
        if (wanted.getResourceClaimName() == null && !isOurs) {
            throw failed(
                    "ResourceClaim %s/%s was not created for Pod %s/%s (Pod is not owner)"
                            .formatted(namespace(pod), claimName, namespace(pod), name(pod)));
        }
        var status = claim.getStatus();
        if (status == null
                || status.getReservedFor().stream().noneMatch(user -> user.getUid().equals(uid))) {
            throw failed(
                    "pod %s (%s) is not allowed to use ResourceClaim %s (%s)"
                            .formatted(name(pod), uid, claimName, claim.getMetadata().getUid()));
        }
        var allocation = status.getAllocation();
        if (allocation == null) {
            throw failed("ResourceClaim %s: not allocated".formatted(claimName));
        }
        var devices = allocation.getDevices();
        if (devices != null && !devices.getResults().isEmpty()) {
            throw failed(
                    "DRA driver %s is not registered"
                            .formatted(devices.getResults().getFirst().getDriver()));
        }
    }

    private static ConfigException failed(String why) {
        return new ConfigException(FAILED, "prepare dynamic resources: " + why);
    }

    private static String namespace(Pod pod) {
        return pod.getMetadata().getNamespace();
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }
}
