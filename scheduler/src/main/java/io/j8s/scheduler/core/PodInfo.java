package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A pod with what the scheduler asks of it again and again, computed once. Immutable.
public final class PodInfo {

    private final Pod pod;
    private final ObjectKey key;
    private final String uid;
    private final int priority;
    private final Amounts requests;
    private final Amounts nonZeroRequests;
    private final List<HostPort> hostPorts;
    private final List<String> claims;
    private final List<AffinityTerm> requiredAffinity;
    private final List<AffinityTerm> requiredAntiAffinity;
    private final List<AffinityTerm> preferredAffinity;
    private final List<AffinityTerm> preferredAntiAffinity;

    public PodInfo(Pod pod) {
        this.pod = pod;
        var spec = pod.getSpec();
        key = Meta.key(pod);
        uid = Meta.uid(pod);
        priority = Optional.ofNullable(spec.getPriority()).orElse(0);
        requests = PodRequests.of(pod);
        nonZeroRequests = PodRequests.nonZero(pod);
        hostPorts = hostPorts(spec);
        claims = PodClaims.names(pod);
        var affinity = Optional.ofNullable(spec.getAffinity());
        var toPods = affinity.map(Affinity::getPodAffinity);
        var fromPods = affinity.map(Affinity::getPodAntiAffinity);
        requiredAffinity =
                required(toPods.map(a -> a.getRequiredDuringSchedulingIgnoredDuringExecution()));
        requiredAntiAffinity =
                required(fromPods.map(a -> a.getRequiredDuringSchedulingIgnoredDuringExecution()));
        preferredAffinity =
                preferred(toPods.map(a -> a.getPreferredDuringSchedulingIgnoredDuringExecution()));
        preferredAntiAffinity =
                preferred(
                        fromPods.map(a -> a.getPreferredDuringSchedulingIgnoredDuringExecution()));
    }

    public Pod pod() {
        return pod;
    }

    public PodSpec spec() {
        return pod.getSpec();
    }

    public ObjectKey key() {
        return key;
    }

    public String namespace() {
        return key.namespace();
    }

    public String uid() {
        return uid;
    }

    public Map<String, String> labels() {
        return Meta.labels(pod);
    }

    public int priority() {
        return priority;
    }

    public Amounts requests() {
        return requests;
    }

    /// With defaults for containers that request no CPU or memory; only scores use it.
    public Amounts nonZeroRequests() {
        return nonZeroRequests;
    }

    /// What ranks nodes by their room for the pod: upstream's ranking does not know of requests for
    /// the pod as a whole, though what runs on a node counts with them.
    public Amounts rankedRequests() {
        return pod.getSpec().getResources() == null
                ? nonZeroRequests
                : PodRequests.nonZeroOfContainers(pod);
    }

    public List<HostPort> hostPorts() {
        return hostPorts;
    }

    /// Names of the volume claims that it uses, those made for it included.
    public List<String> claims() {
        return claims;
    }

    public List<AffinityTerm> requiredAffinity() {
        return requiredAffinity;
    }

    public List<AffinityTerm> requiredAntiAffinity() {
        return requiredAntiAffinity;
    }

    public List<AffinityTerm> preferredAffinity() {
        return preferredAffinity;
    }

    public List<AffinityTerm> preferredAntiAffinity() {
        return preferredAntiAffinity;
    }

    public boolean hasAffinity() {
        return !(requiredAffinity.isEmpty()
                && requiredAntiAffinity.isEmpty()
                && preferredAffinity.isEmpty()
                && preferredAntiAffinity.isEmpty());
    }

    /// The node it is bound to; empty for none.
    public String nodeName() {
        return Meta.orEmpty(pod.getSpec().getNodeName());
    }

    public boolean isTerminating() {
        return Meta.isTerminating(pod);
    }

    /// The node that room was made on for it, or that it is about to be bound to; empty for none.
    public String nominatedNodeName() {
        return nominatedNodeName(pod);
    }

    static String nominatedNodeName(Pod pod) {
        return pod.getStatus() == null ? "" : Meta.orEmpty(pod.getStatus().getNominatedNodeName());
    }

    @Override
    public String toString() {
        return key.toString();
    }

    private List<AffinityTerm> required(Optional<List<PodAffinityTerm>> terms) {
        return terms.orElse(List.of()).stream().map(term -> AffinityTerm.of(term, 0, pod)).toList();
    }

    private List<AffinityTerm> preferred(Optional<List<WeightedPodAffinityTerm>> terms) {
        return terms.orElse(List.of()).stream()
                .map(term -> AffinityTerm.of(term.getPodAffinityTerm(), term.getWeight(), pod))
                .toList();
    }

    private static List<HostPort> hostPorts(PodSpec spec) {
        var ports = new ArrayList<HostPort>();
        var sidecars =
                spec.getInitContainers().stream()
                        .filter(c -> "Always".equals(c.getRestartPolicy()));
        Stream.concat(spec.getContainers().stream(), sidecars)
                .flatMap(container -> container.getPorts().stream())
                .filter(port -> port.getHostPort() != null && port.getHostPort() > 0)
                .forEach(port ->
                        ports.add(
                                new HostPort(
                                        orElse(port.getHostIP(), "0.0.0.0"),
                                        orElse(port.getProtocol(), "TCP"),
                                        port.getHostPort())));
        return List.copyOf(ports);
    }

    private static String orElse(@org.jspecify.annotations.Nullable String text, String otherwise) {
        return text == null || text.isEmpty() ? otherwise : text;
    }
}
