package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.HostIP;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A pod's whole status. Pure. upstream: generateAPIPodStatus.
public final class PodStatuses {

    /// A verdict of the node over a pod: evicted, past its deadline, not admitted. It decides
    /// phase, reason and message whatever the containers do.
    ///
    /// @param grace how long the containers have, null for as long as the spec says
    /// @param isDisruption the pod did nothing wrong: its owner may try again elsewhere
    /// @param isRejection the pod was never let in: it has no containers to speak of
    public record Verdict(
            String reason,
            String message,
            @Nullable Duration grace,
            boolean isDisruption,
            boolean isRejection) {

        /// upstream: the reason of pods that make room for a critical one.
        public static final String PREEMPTING = "Preempting";

        public Verdict(String reason, String message) {
            this(reason, message, null, false, false);
        }

        /// What the condition of a pod says that the node ends.
        String disruption() {
            return reason.equals(PREEMPTING)
                    ? "Pod was preempted by Kubelet to accommodate a critical pod."
                    : message;
        }

        /// What the status of a pod says that was not let in for this reason.
        public Verdict asRejection() {
            return new Verdict(reason, "Pod was rejected: " + message, null, false, true);
        }
    }

    /// @param resizing the conditions of a change of the pod's resources
    /// @param actuated the resources that the runtime was told last
    /// @param verdict null when the pod simply lives
    /// @param hasStopped all containers of a pod that is to end have ended
    /// @param nodeIps this node's addresses, the first one is the primary
    public record Input(
            Pod pod,
            RuntimePod actual,
            StartFailures failures,
            ProbeState probes,
            List<PodCondition> resizing,
            Allocation actuated,
            @Nullable Verdict verdict,
            boolean hasStopped,
            List<String> nodeIps,
            String runtimeName,
            Instant now) {}

    private PodStatuses() {}

    /// Whether a condition is the node's to decide.
    public static boolean isOwned(String conditionType) {
        return PodConditions.OWNED.contains(conditionType);
    }

    public static PodStatus of(Input in) {
        var pod = in.pod();
        var old = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
        if (in.verdict() != null && in.verdict().isRejection()) {
            return rejected(in, in.verdict(), old);
        }
        var containers =
                new ContainerStatuses(
                        pod,
                        in.actual(),
                        in.failures(),
                        in.probes(),
                        in.actuated(),
                        in.runtimeName(),
                        PodRestart.isDue(pod, in.actual(), old));
        var init =
                containers.of(
                        ContainerStatuses.Group.INIT,
                        pod.getSpec().getInitContainers(),
                        old.getInitContainerStatuses());
        var ordinary =
                containers.of(
                        ContainerStatuses.Group.ORDINARY,
                        pod.getSpec().getContainers(),
                        old.getContainerStatuses());
        var status = new PodStatus();
        status.setObservedGeneration(pod.getMetadata().getGeneration());
        if (in.hasStopped()) {
            PodEnd.endAll(pod, init, ordinary);
        }
        status.setInitContainerStatuses(init);
        status.setContainerStatuses(ordinary);
        status.setEphemeralContainerStatuses(
                containers.of(
                        ContainerStatuses.Group.EPHEMERAL,
                        PodFacts.ephemeralContainers(pod),
                        old.getEphemeralContainerStatuses()));
        var phase =
                PodPhase.of(
                        pod,
                        init,
                        ordinary,
                        in.hasStopped(),
                        PodSync.hasAnyContainerStarted(pod, in.actual()));
        if (PodFacts.hasEnded(pod)) {
            phase = old.getPhase(); // the end of a pod is final
            status.setReason(old.getReason());
            status.setMessage(old.getMessage());
        } else if (in.verdict() != null) {
            status.setReason(in.verdict().reason());
            status.setMessage(in.verdict().message());
            phase = "Failed";
        } else if (in.hasStopped() && !phase.equals("Succeeded")) {
            phase = "Failed";
        } else if (phase.equals(old.getPhase())) {
            status.setReason(old.getReason());
            status.setMessage(old.getMessage());
        }
        status.setPhase(phase);
        status.setQosClass(old.getQosClass() == null ? PodQos.of(pod).text() : old.getQosClass());
        status.setStartTime(old.getStartTime() == null ? Times.of(in.now()) : old.getStartTime());
        status.setNominatedNodeName(old.getNominatedNodeName());
        status.setResourceClaimStatuses(old.getResourceClaimStatuses());
        status.setExtendedResourceClaimStatus(old.getExtendedResourceClaimStatus());
        status.setAllocatedResources(PodTotals.requests(pod));
        status.setResources(
                "Running".equals(old.getPhase())
                        ? PodTotals.actual(in.actuated().appliedTo(pod))
                        : PodTotals.promised(pod));
        addAddresses(in, old, status);
        status.setConditions(conditions(in, old, status));
        return status;
    }

    /// upstream: rejectPod
    private static PodStatus rejected(Input in, Verdict why, PodStatus old) {
        var status = new PodStatus();
        status.setObservedGeneration(in.pod().getMetadata().getGeneration());
        status.setQosClass(PodQos.of(in.pod()).text());
        status.setPhase("Failed");
        status.setReason(why.reason());
        status.setMessage(why.message());
        status.setStartTime(old.getStartTime() == null ? Times.of(in.now()) : old.getStartTime());
        status.setResourceClaimStatuses(old.getResourceClaimStatuses());
        status.setExtendedResourceClaimStatus(old.getExtendedResourceClaimStatus());
        status.setConditions(
                old.getConditions().stream()
                        .filter(known -> !PodConditions.OWNED.contains(known.getType()))
                        .toList());
        return status;
    }

    private static void addAddresses(Input in, PodStatus old, PodStatus status) {
        if (!in.nodeIps().isEmpty()) {
            status.setHostIP(in.nodeIps().getFirst());
            status.setHostIPs(in.nodeIps().stream().map(HostIP::new).toList());
        }
        var addresses = new ArrayList<String>();
        if (PodFacts.isHostNetwork(in.pod())) {
            addresses.addAll(in.nodeIps());
        } else {
            in.actual().sandbox().map(RuntimePod::ipsOf).ifPresent(addresses::addAll);
            if (addresses.isEmpty()) {
                // upstream keeps the last known addresses of a pod whose sandbox is gone
                old.getPodIPs().forEach(ip -> addresses.add(ip.getIp()));
            }
        }
        if (!addresses.isEmpty()) {
            status.setPodIP(addresses.getFirst());
            status.setPodIPs(addresses.stream().map(PodIP::new).toList());
        }
    }

    private static List<PodCondition> conditions(Input in, PodStatus old, PodStatus status) {
        var pod = in.pod();
        var all = new ArrayList<PodCondition>();
        for (var known : old.getConditions()) {
            if (!PodConditions.OWNED.contains(known.getType())) {
                all.add(known);
            }
        }
        all.addAll(in.resizing());
        var verdict = in.verdict();
        if (verdict != null && verdict.isDisruption()) {
            all.removeIf(known -> known.getType().equals(PodConditions.DISRUPTION));
            var disruption =
                    PodConditions.condition(
                            PodConditions.DISRUPTION,
                            true,
                            "TerminationByKubelet",
                            verdict.disruption());
            disruption.setObservedGeneration(pod.getMetadata().getGeneration());
            disruption.setLastTransitionTime(transition(disruption, old, in.now()));
            all.add(disruption);
        }
        var init = status.getInitContainerStatuses();
        var ordinary = status.getContainerStatuses();
        var containersReady = PodConditions.containersReady(pod, init, ordinary, status.getPhase());
        boolean wasInitialized =
                old.getConditions().stream()
                        .anyMatch(known ->
                                known.getType().equals(PodConditions.INITIALIZED)
                                        && "True".equals(known.getStatus()));
        var owned =
                List.of(
                        PodConditions.sandbox(pod, in.actual()),
                        PodConditions.initialized(
                                pod, init, ordinary, status.getPhase(), wasInitialized),
                        PodConditions.ready(pod, containersReady, all),
                        containersReady,
                        PodConditions.condition(PodConditions.SCHEDULED, true, null, null));
        for (var condition : owned) {
            condition.setObservedGeneration(pod.getMetadata().getGeneration());
            condition.setLastTransitionTime(transition(condition, old, in.now()));
            all.add(condition);
        }
        if (Restarts.couldRestartAll(pod)) {
            var restarting = PodConditions.restarting(pod, in.actual(), old, status.getPhase());
            restarting.setLastTransitionTime(transition(restarting, old, in.now()));
            all.add(restarting);
        }
        return all;
    }

    private static String transition(PodCondition condition, PodStatus old, Instant now) {
        return old.getConditions().stream()
                .filter(known -> known.getType().equals(condition.getType()))
                .filter(known -> known.getStatus().equals(condition.getStatus()))
                .map(PodCondition::getLastTransitionTime)
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElseGet(() -> Times.of(now));
    }
}
