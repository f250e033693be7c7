package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodStatuses.Verdict;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a scheduler would have looked at, for pods that came here without one: whether the pod
/// wants this node, its ports are free, and it stands the node's taints. Pure. upstream:
/// generalFilter
final class NodeFit {

    private static final String ANY = "0.0.0.0";

    private NodeFit() {}

    static Optional<Verdict> refusal(Pod pod, Collection<Pod> others, Node node) {
        if (!isWanted(pod, node)) {
            return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
        }
        boolean isPortTaken =
                others.stream()
                        .filter(other -> !PodFacts.hasEnded(other))
                        .filter(other -> !PodFacts.uid(other).equals(PodFacts.uid(pod)))
                        .flatMap(other -> hostPorts(other).stream())
                        .anyMatch(taken ->
                                hostPorts(pod).stream().anyMatch(port -> conflict(port, taken)));
        if (isPortTaken) {
            return failed(
                    "NodePorts", "node(s) didn't have free ports for the requested pod ports");
        }
        if (!PodFacts.isStatic(pod)
                && node.getSpec() != null
                && node.getSpec().getTaints().stream()
                        .filter(taint -> "NoExecute".equals(taint.getEffect()))
                        .anyMatch(taint -> !isTolerated(pod, taint))) {
            return failed("TaintToleration", "node(s) had taints that the pod didn't tolerate");
        }
        return Optional.empty();
    }

    private static Optional<Verdict> failed(String predicate, String why) {
        return Optional.of(
                new Verdict(predicate, "Predicate %s failed: %s".formatted(predicate, why)));
    }

    private static boolean isWanted(Pod pod, Node node) {
        var labels = node.getMetadata().getLabels();
        Map<String, String> own = labels == null ? Map.of() : labels;
        var selector = pod.getSpec().getNodeSelector();
        if (selector != null && !own.entrySet().containsAll(selector.entrySet())) {
            return false;
        }
        var affinity = pod.getSpec().getAffinity();
        if (affinity == null
                || affinity.getNodeAffinity() == null
                || affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution()
                        == null) {
            return true;
        }
        var name = node.getMetadata().getName();
        return affinity
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms()
                .stream()
                .anyMatch(term -> matches(term, own, name));
    }

    /// An empty term matches nothing.
    private static boolean matches(NodeSelectorTerm term, Map<String, String> labels, String name) {
        if (term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty()) {
            return false;
        }
        return term.getMatchExpressions().stream()
                        .allMatch(rule -> matches(rule, labels.get(rule.getKey())))
                && term.getMatchFields().stream().allMatch(rule -> matches(rule, name));
    }

    private static boolean matches(NodeSelectorRequirement rule, @Nullable String value) {
        return switch (rule.getOperator() == null ? "" : rule.getOperator()) {
            case "In" -> value != null && rule.getValues().contains(value);
            case "NotIn" -> value == null || !rule.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compare(value, rule.getValues()) > 0;
            case "Lt" -> compare(value, rule.getValues()) < 0;
            default -> false;
        };
    }

    /// Zero when one of them is no number, which is neither greater nor less.
    private static int compare(@Nullable String value, List<String> values) {
        try {
            return value == null || values.size() != 1
                    ? 0
                    : Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static boolean isTolerated(Pod pod, Taint taint) {
        return pod.getSpec().getTolerations().stream()
                .anyMatch(toleration -> tolerates(toleration, taint));
    }

    private static boolean tolerates(Toleration toleration, Taint taint) {
        var key = text(toleration.getKey());
        var effect = text(toleration.getEffect());
        if (!effect.isEmpty() && !effect.equals(taint.getEffect())) {
            return false;
        }
        boolean isExists = "Exists".equals(toleration.getOperator());
        if (key.isEmpty()) {
            return isExists;
        }
        return key.equals(taint.getKey())
                && (isExists || text(toleration.getValue()).equals(text(taint.getValue())));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static List<ContainerPort> hostPorts(Pod pod) {
        return PodFacts.initAndOrdinary(pod).stream()
                .filter(container ->
                        !pod.getSpec().getInitContainers().contains(container)
                                || PodFacts.isSidecar(container))
                .flatMap(container -> container.getPorts().stream())
                .filter(port -> port.getHostPort() != null && port.getHostPort() > 0)
                .toList();
    }

    private static boolean conflict(ContainerPort a, ContainerPort b) {
        var ipOfA = text(a.getHostIP()).isEmpty() ? ANY : a.getHostIP();
        var ipOfB = text(b.getHostIP()).isEmpty() ? ANY : b.getHostIP();
        return a.getHostPort().equals(b.getHostPort())
                && protocol(a).equals(protocol(b))
                && (ipOfA.equals(ipOfB) || ipOfA.equals(ANY) || ipOfB.equals(ANY));
    }

    private static String protocol(ContainerPort port) {
        return text(port.getProtocol()).isEmpty() ? "TCP" : port.getProtocol();
    }
}
