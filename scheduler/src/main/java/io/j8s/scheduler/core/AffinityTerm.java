package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// One term of a pod's affinity or anti-affinity to other pods, ready to match.
///
/// @param namespaces namespaces named in the term, or the pod's own when it names none
/// @param namespaceSelector further namespaces by their labels; null for none
/// @param topologyKey label of nodes that tells one place from another
/// @param weight of a preferred term; 0 for a required one
public record AffinityTerm(
        @Nullable LabelSelector selector,
        Set<String> namespaces,
        @Nullable LabelSelector namespaceSelector,
        String topologyKey,
        int weight) {

    public AffinityTerm {
        namespaces = Set.copyOf(namespaces);
    }

    /// Reads a term of `owner`. `matchLabelKeys` and `mismatchLabelKeys` are in its selector
    /// already: the API server put them there by the labels that the pod was made with.
    static AffinityTerm of(PodAffinityTerm term, @Nullable Integer weight, Pod owner) {
        boolean own = term.getNamespaces().isEmpty() && term.getNamespaceSelector() == null;
        return new AffinityTerm(
                term.getLabelSelector(),
                own ? Set.of(Meta.namespace(owner)) : Set.copyOf(term.getNamespaces()),
                term.getNamespaceSelector(),
                term.getTopologyKey(),
                weight == null ? 0 : weight);
    }

    /// Whether a pod is one that this term is about.
    ///
    /// @param namespaceLabels labels of a namespace by its name
    public boolean matches(PodInfo pod, Function<String, Map<String, String>> namespaceLabels) {
        return matches(pod.namespace(), pod.labels(), namespaceLabels);
    }

    /// The same for any pod with these labels.
    public boolean matches(
            String namespace,
            Map<String, String> labels,
            Function<String, Map<String, String>> namespaceLabels) {
        return selector != null
                && isInNamespaces(namespace, namespaceLabels)
                && LabelSelectors.matches(selector, labels);
    }

    private boolean isInNamespaces(
            String namespace, Function<String, Map<String, String>> namespaceLabels) {
        return namespaces.contains(namespace)
                || (namespaceSelector != null
                        && LabelSelectors.matches(
                                namespaceSelector, namespaceLabels.apply(namespace)));
    }
}
