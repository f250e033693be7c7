package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Map;

/// The quality-of-service class of a pod. Pure. upstream: ComputePodQOS.
public enum PodQos {
    GUARANTEED("Guaranteed"),
    BURSTABLE("Burstable"),
    BEST_EFFORT("BestEffort");

    private final String text;

    PodQos(String text) {
        this.text = text;
    }

    /// As in `status.qosClass`.
    public String text() {
        return text;
    }

    public static PodQos of(Pod pod) {
        var own = pod.getSpec().getResources(); // pod-level resources decide alone
        if (own != null && (!isEmpty(own.getRequests()) || !isEmpty(own.getLimits()))) {
            return isGuaranteed(own.getRequests(), own.getLimits()) ? GUARANTEED : BURSTABLE;
        }
        var containers = new ArrayList<Container>(pod.getSpec().getInitContainers());
        containers.addAll(pod.getSpec().getContainers());
        boolean hasAny = false;
        boolean isGuaranteed = true;
        for (var container : containers) {
            var resources = container.getResources();
            var requests = resources == null ? null : resources.getRequests();
            var limits = resources == null ? null : resources.getLimits();
            hasAny |= isSet(requests) || isSet(limits);
            isGuaranteed &= isGuaranteed(requests, limits);
        }
        if (!hasAny) {
            return BEST_EFFORT;
        }
        return isGuaranteed ? GUARANTEED : BURSTABLE;
    }

    private static boolean isGuaranteed(
            @org.jspecify.annotations.Nullable Map<String, Quantity> requests,
            @org.jspecify.annotations.Nullable Map<String, Quantity> limits) {
        for (var resource : new String[] {"cpu", "memory"}) {
            var limit = amount(limits, resource);
            if (limit.signum() <= 0) {
                return false;
            }
            var request = amount(requests, resource);
            if (request.signum() > 0 && request.compareTo(limit) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSet(@org.jspecify.annotations.Nullable Map<String, Quantity> amounts) {
        return amount(amounts, "cpu").signum() > 0 || amount(amounts, "memory").signum() > 0;
    }

    private static boolean isEmpty(
            @org.jspecify.annotations.Nullable Map<String, Quantity> amounts) {
        return amounts == null || amounts.isEmpty();
    }

    private static BigDecimal amount(
            @org.jspecify.annotations.Nullable Map<String, Quantity> amounts, String resource) {
        var quantity = amounts == null ? null : amounts.get(resource);
        return quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
    }
}
