package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;

/// How the devices of a container are (upstream:
/// `validateContainerStatusAllocatedResourcesStatus`).
final class AllocatedStatusRules {

    private static final String FIELD = "allocatedResourcesStatus";
    private static final String CLAIM = "claim:";
    private static final int MESSAGE_BYTES_MAX = 1024; // upstream: ResourceHealthMessageMaxLength

    private AllocatedStatusRules() {}

    static void validate(At root) {
        list(root, "status.containerStatuses", "spec.containers");
        list(root, "status.initContainerStatuses", "spec.initContainers");
        for (At status : root.each("status.ephemeralContainerStatuses")) {
            if (!status.tree().trees(FIELD).isEmpty()) {
                status.forbidden(FIELD, "must not be specified in container status");
            }
        }
    }

    private static void list(At root, String statuses, String containers) {
        for (At status : root.each(statuses)) {
            Tree container =
                    root.tree().trees(containers).stream()
                            .filter(c -> c.string("name", "").equals(status.string("name")))
                            .findFirst()
                            .orElse(null);
            for (At resource : status.each(FIELD)) {
                name(root, resource, container);
                health(resource);
            }
        }
    }

    private static void name(At root, At resource, @Nullable Tree container) {
        if (container == null) {
            return;
        }
        String name = resource.string("name");
        if (name.startsWith(CLAIM)) {
            boolean known =
                    container.trees("resources.claims").stream()
                                    .anyMatch(claim -> name.equals(called(claim)))
                            || isExtended(root, container, name.substring(CLAIM.length()));
            if (!known) {
                resource.invalid(
                        "name",
                        name,
                        "must match one of the container's resource claims as"
                                + " 'claim:<claimName>/<requestName>' when"
                                + " container.resources.claims[*].request is set or"
                                + " 'claim:<claimName>' when it is empty");
            }
        } else if (!container.stringMap("resources.requests").containsKey(name)) {
            resource.invalid("name", name, "must match one of the container's resource requests");
        }
    }

    private static String called(Tree claim) {
        String request = claim.string("request", "");
        return CLAIM + claim.string("name", "") + (request.isEmpty() ? "" : "/" + request);
    }

    private static boolean isExtended(At root, Tree container, String name) {
        Tree status = root.tree().tree("status.extendedResourceClaimStatus");
        int slash = name.indexOf('/');
        if (status == null
                || slash < 0
                || !name.substring(0, slash).equals(status.string("resourceClaimName", ""))) {
            return false;
        }
        String request = name.substring(slash + 1);
        return status.trees("requestMappings").stream()
                .filter(mapping ->
                        mapping.string("containerName", "").equals(container.string("name", ""))
                                && mapping.string("requestName", "").equals(request))
                .map(mapping ->
                        container
                                .stringMap("resources.requests")
                                .get(mapping.string("resourceName", "")))
                .anyMatch(amount -> amount != null && !Quantity.parse(amount).isZero());
    }

    private static void health(At resource) {
        var seen = new HashSet<String>();
        for (At device : resource.each("resources")) {
            if (!List.of("Healthy", "Unhealthy", "Unknown").contains(device.string("health"))) {
                device.notSupported("health", "Healthy", "Unhealthy", "Unknown");
            }
            if (device.has("message")) {
                String message = device.string("message");
                if (message.isEmpty()) {
                    device.required("message", "must be non-empty if specified");
                } else if (message.length() > MESSAGE_BYTES_MAX) {
                    device.errors().tooLong(device.path("message"), MESSAGE_BYTES_MAX);
                }
            }
            if (!seen.add(device.string("resourceID"))) {
                device.duplicate("resourceID", device.string("resourceID"));
            }
        }
    }
}
