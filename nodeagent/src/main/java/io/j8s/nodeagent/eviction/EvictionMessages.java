package io.j8s.nodeagent.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.core.PodResources;

import java.util.ArrayList;
import java.util.Map;

/// Why a pod has to go, in upstream's words. Pure.
final class EvictionMessages {

    private EvictionMessages() {}

    /// @param resource `memory` or `ephemeral-storage`
    /// @param used bytes by container
    static String of(
            String resource, String threshold, long available, Pod pod, Map<String, Long> used) {
        var message =
                new StringBuilder(
                        "The node was low on resource: %s. Threshold quantity: %s, available: %s. "
                                .formatted(resource, threshold, quantity(available)));
        var containers = new ArrayList<>(pod.getSpec().getContainers());
        containers.addAll(pod.getSpec().getInitContainers());
        for (var container : containers) {
            var bytes = used.get(container.getName());
            var requests =
                    container.getResources() == null
                            ? null
                            : container.getResources().getRequests();
            if (bytes != null && bytes > PodResources.bytes(requests, resource)) {
                var request = requests == null ? null : requests.get(resource);
                message.append(
                        "Container %s was using %s, request is %s, has larger consumption of %s. "
                                .formatted(
                                        container.getName(),
                                        quantity(bytes),
                                        request == null ? "0" : request,
                                        resource));
            }
        }
        return message.toString();
    }

    /// As a Quantity in binary steps is written: the largest step that leaves a whole number.
    static String quantity(long bytes) {
        var steps = new String[] {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
        int step = 0;
        long number = bytes;
        while (number != 0 && number % 1024 == 0 && step < steps.length - 1) {
            number /= 1024;
            step++;
        }
        return number + steps[step];
    }
}
