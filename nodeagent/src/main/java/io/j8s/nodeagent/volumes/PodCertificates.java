package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCertificateProjection;
import io.fabric8.kubernetes.api.model.certificates.v1.PodCertificateRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.PodCertificateRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.certs.PodKey;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.api.EventRecorder;
import io.j8s.nodeagent.core.PodFacts;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// The certificates of `podCertificate` volume sources: asked for by a PodCertificateRequest with a
/// key made here, and asked for anew when the signer said. upstream: podcertificate.IssuingManager,
/// whose states these are. Each source belongs to one pod's worker; after a restart of the agent
/// all of them are asked for again.
final class PodCertificates {

    private static final Duration ABANDON_AFTER = Duration.ofMinutes(10);
    private static final Duration OVERDUE_AFTER = Duration.ofMinutes(10);
    private static final Duration JITTER_MAX = Duration.ofMinutes(5);
    private static final String NOT_YET = "credential bundle is not issued yet";

    /// Key and chain as PEM.
    record Bundle(String key, String chain) {}

    private record Source(String podUid, String volume, int index) {}

    /// A request under way, with the key that it is for.
    private record Request(String name, String key, Instant abandonAt) {}

    private record Issued(Bundle bundle, Instant refreshAt, Instant notAfter) {}

    private static final class State {
        private @Nullable Request request;
        private @Nullable Issued issued;
        private @Nullable String refusal;
        private boolean isOverdueTold;
        private boolean isExpiryTold;
    }

    private final ClusterApi api;
    private final Timers timers;
    private final EventRecorder events;
    private final Map<Source, State> states = new ConcurrentHashMap<>();

    PodCertificates(ClusterApi api, Timers timers, EventRecorder events) {
        this.api = api;
        this.timers = timers;
        this.events = events;
    }

    Bundle bundle(Pod pod, String volume, int index, PodCertificateProjection wanted)
            throws VolumeException {
        var state =
                states.computeIfAbsent(
                        new Source(PodFacts.uid(pod), volume, index), _ -> new State());
        var known = state.issued;
        try {
            advance(pod, wanted, state);
        } catch (KubernetesClientException | GeneralSecurityException e) {
            if (known == null) {
                throw new VolumeException(NOT_YET, e);
            }
        }
        if (state.refusal != null) {
            throw new VolumeException(state.refusal);
        }
        var issued = state.issued;
        if (issued == null) {
            throw new VolumeException(NOT_YET);
        }
        return issued.bundle();
    }

    void forget(String podUid) {
        states.keySet().removeIf(source -> source.podUid().equals(podUid));
    }

    private void advance(Pod pod, PodCertificateProjection wanted, State state)
            throws GeneralSecurityException {
        var now = timers.now();
        var issued = state.issued;
        if (state.refusal != null
                || (issued != null && state.request == null && now.isBefore(issued.refreshAt()))) {
            return;
        }
        if (issued != null) {
            tellWhatIsLate(pod, state, issued, now);
        }
        if (state.request == null) {
            state.request = ask(pod, wanted);
        }
        var request = state.request;
        var key = new ObjectKey(pod.getMetadata().getNamespace(), request.name());
        var found = api.podCertificateRequest(key);
        if (found.isPresent()) {
            take(pod, state, request, found.get());
        } else if (now.isAfter(request.abandonAt())) {
            state.request = null; // somebody deleted it
        }
    }

    private void tellWhatIsLate(Pod pod, State state, Issued issued, Instant now) {
        var about = PodFacts.reference(pod, "");
        if (now.isAfter(issued.refreshAt().plus(OVERDUE_AFTER)) && !state.isOverdueTold) {
            events.warning(about, "CertificateOverdueForRefresh", "PodCertificate refresh overdue");
            state.isOverdueTold = true;
        }
        if (now.isAfter(issued.notAfter()) && !state.isExpiryTold) {
            events.warning(about, "CertificateExpired", "PodCertificate expired");
            state.isExpiryTold = true;
        }
    }

    private Request ask(Pod pod, PodCertificateProjection wanted) throws GeneralSecurityException {
        var meta = pod.getMetadata();
        var accountName = pod.getSpec().getServiceAccountName();
        var account = accountName == null ? "default" : accountName;
        var accountUid =
                api.serviceAccount(new ObjectKey(meta.getNamespace(), account))
                        .map(found -> found.getMetadata().getUid())
                        .orElseThrow(() -> new KubernetesClientException("no " + account));
        var nodeName = pod.getSpec().getNodeName();
        var nodeUid =
                api.node(nodeName)
                        .map(found -> found.getMetadata().getUid())
                        .orElseThrow(() -> new KubernetesClientException("no " + nodeName));
        var key = PodKey.generate(wanted.getKeyType() == null ? "" : wanted.getKeyType());
        var created =
                api.createPodCertificateRequest(
                        new PodCertificateRequestBuilder()
                                .withNewMetadata()
                                .withNamespace(meta.getNamespace())
                                .withGenerateName("req-")
                                .withOwnerReferences(
                                        new OwnerReferenceBuilder()
                                                .withApiVersion("v1")
                                                .withKind("Pod")
                                                .withName(meta.getName())
                                                .withUid(meta.getUid())
                                                .build())
                                .endMetadata()
                                .withNewSpec()
                                .withSignerName(wanted.getSignerName())
                                .withPodName(meta.getName())
                                .withPodUID(meta.getUid())
                                .withServiceAccountName(account)
                                .withServiceAccountUID(accountUid)
                                .withNodeName(nodeName)
                                .withNodeUID(nodeUid)
                                .withMaxExpirationSeconds(wanted.getMaxExpirationSeconds())
                                .withStubPKCS10Request(
                                        Base64.getEncoder().encodeToString(key.request()))
                                .withUnverifiedUserAnnotations(wanted.getUserAnnotations())
                                .endSpec()
                                .build());
        return new Request(
                created.getMetadata().getName(),
                key.pem(),
                timers.now().plus(ABANDON_AFTER).plus(jitter()));
    }

    private void take(Pod pod, State state, Request request, PodCertificateRequest answer) {
        var status = answer.getStatus();
        if (status == null) {
            return;
        }
        for (var condition : status.getConditions()) {
            var name = answer.getMetadata().getNamespace() + "/" + answer.getMetadata().getName();
            var words =
                    "reason=\"%s\"%s message=\"%s\""
                            .formatted(condition.getReason(), "%s", condition.getMessage());
            switch (condition.getType()) {
                case "Denied" -> {
                    state.refusal =
                            "PodCertificateRequest was permanently denied: " + words.formatted("");
                    events.warning(
                            PodFacts.reference(pod, ""),
                            "Denied",
                            "PodCertificateRequest %s was denied, %s"
                                    .formatted(name, words.formatted(",")));
                }
                case "Failed" -> {
                    state.refusal =
                            "PodCertificateRequest was permanently failed: " + words.formatted("");
                    events.warning(
                            PodFacts.reference(pod, ""),
                            "Failed",
                            "PodCertificateRequest %s failed, %s"
                                    .formatted(name, words.formatted(",")));
                }
                case "Issued" -> {
                    state.issued =
                            new Issued(
                                    new Bundle(
                                            request.key(),
                                            new String(
                                                    TrustAnchors.cleanChain(
                                                            status.getCertificateChain()),
                                                    java.nio.charset.StandardCharsets.US_ASCII)),
                                    Instant.parse(status.getBeginRefreshAt()).plus(jitter()),
                                    Instant.parse(status.getNotAfter()));
                    state.request = null;
                    state.isOverdueTold = false;
                    state.isExpiryTold = false;
                }
                default -> {}
            }
        }
    }

    /// So that certificates that were issued together are not asked for together.
    private static Duration jitter() {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(JITTER_MAX.toMillis()));
    }
}
