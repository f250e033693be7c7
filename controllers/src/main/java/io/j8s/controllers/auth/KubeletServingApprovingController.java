package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.j8s.certs.CertificateRequest;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import java.security.GeneralSecurityException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Approves a kubelet's serving certificate when the node itself asks for nothing but the addresses
/// that its Node object has. Upstream leaves this to a person or to an approver of the platform;
/// this is the platform's, and the API server verifies kubelets by such certificates.
public final class KubeletServingApprovingController implements Controller {

    private static final String NODE_PREFIX = "system:node:";
    private static final String MESSAGE =
            "Auto approving kubelet serving certificate: all names are addresses of the node.";

    private final Api api;
    private final Timers timers;
    private final Informer<CertificateSigningRequest> requests;
    private final Informer<Node> nodes;
    private final List<ControllerLoop<?>> loops;

    public KubeletServingApprovingController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.requests = context.informer(Kinds.CERTIFICATE_REQUESTS);
        this.nodes = context.informer(Kinds.NODES);
        var queue = context.queue("kubelet_serving");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        requests.onChange((_, after) -> {
            if (after != null && isWaiting(after)) {
                queue.add(Meta.key(after));
            }
        });
        nodes.onChange((before, after) -> {
            if (after != null && (before == null || !addresses(before).equals(addresses(after)))) {
                requests.list().stream()
                        .filter(KubeletServingApprovingController::isWaiting)
                        .filter(request -> isBy(request, Meta.name(after)))
                        .forEach(request -> queue.add(Meta.key(request)));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private static boolean isWaiting(CertificateSigningRequest request) {
        return CertificateRules.KUBELET_SERVING.equals(request.getSpec().getSignerName())
                && CertificateRules.conditions(request).isEmpty();
    }

    private static boolean isBy(CertificateSigningRequest request, String node) {
        return (NODE_PREFIX + node).equals(request.getSpec().getUsername());
    }

    Outcome reconcile(ObjectKey key) {
        var request = requests.get(key).filter(KubeletServingApprovingController::isWaiting);
        if (request.isEmpty()) {
            return Outcome.DONE;
        }
        var username = Meta.orEmpty(request.get().getSpec().getUsername());
        if (!username.startsWith(NODE_PREFIX)) {
            return Outcome.DONE;
        }
        var node = nodes.get(ObjectKey.clusterScoped(username.substring(NODE_PREFIX.length())));
        if (node.isPresent() && mayHave(request.get(), node.get())) {
            approve(request.get());
        }
        return Outcome.DONE; // else a change of the node's addresses brings it back
    }

    /// Pure: whether the node asks for itself, and for what it is only.
    static boolean mayHave(CertificateSigningRequest request, Node node) {
        var spec = request.getSpec();
        CertificateRequest inner;
        try {
            inner = CertificateRules.parse(request);
        } catch (GeneralSecurityException _) {
            return false; // a person may look at it
        }
        var asked = new HashSet<>(inner.altNames().dns());
        asked.addAll(inner.altNames().ips());
        return isBy(request, Meta.name(node))
                && spec.getGroups().contains("system:nodes")
                && inner.commonName().equals(spec.getUsername())
                && CertificateRules.kubeletServing(inner, spec.getUsages()).isEmpty()
                && addresses(node).containsAll(asked);
    }

    private static Set<String> addresses(Node node) {
        return node.getStatus() == null
                ? Set.of()
                : node.getStatus().getAddresses().stream()
                        .map(address -> address.getAddress())
                        .collect(Collectors.toSet());
    }

    private void approve(CertificateSigningRequest request) {
        api.updateSubresource(
                Kinds.CERTIFICATE_REQUESTS,
                "approval",
                new CertificateSigningRequestBuilder(request)
                        .editOrNewStatus()
                        .addToConditions(
                                CertificateRules.condition(
                                        CertificateRules.APPROVED,
                                        "AutoApproved",
                                        MESSAGE,
                                        timers.now()))
                        .endStatus()
                        .build());
    }
}
