package io.j8s.apiserver.resources.policy;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

/// Everything the API server knows about `policy/v1 PodDisruptionBudget`.
public final class PodDisruptionBudgets implements ResourceStrategy<PodDisruptionBudget> {

    @Override
    public Names names() {
        return new Names("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets");
    }

    @Override
    public Class<PodDisruptionBudget> view() {
        return PodDisruptionBudget.class;
    }
}
