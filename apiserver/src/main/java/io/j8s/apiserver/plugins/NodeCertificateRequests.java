package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import java.util.Objects;

/// A node asks for certificates of pods that it runs only, and as they are (upstream:
/// `noderestriction.admitPodCertificateRequest`).
record NodeCertificateRequests(Lookup lookup, Authorizer authorizer) {

    private static final GroupResource NODES = new GroupResource("", "nodes");
    private static final GroupResource PODS = new GroupResource("", "pods");
    private static final GroupResource ACCOUNTS = new GroupResource("", "serviceaccounts");
    private static final String MIRROR = "kubernetes.io/config.mirror";

    void check(AdmissionAttributes attributes, String node) throws InterruptedException {
        if (attributes.operation() != AdmissionAttributes.Operation.CREATE) {
            throw Refusals.forbidden(
                    attributes, "unexpected operation " + attributes.operation().name());
        }
        if (!attributes.subresource().isEmpty()) {
            throw Refusals.forbidden(
                    attributes, "unexpected subresource " + attributes.subresource());
        }
        var request = Objects.requireNonNull(attributes.object());
        String named = request.string("spec.nodeName", "");
        if (!named.equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    "PodCertificateRequest.Spec.NodeName=%s, which is not the requesting node %s"
                            .formatted(FieldErrors.quote(named), FieldErrors.quote(node)));
        }
        var namespace = attributes.key().namespace();
        var podName = request.string("spec.podName", "");
        var who = FieldErrors.quote(namespace + "/" + podName);
        var live = find("node", node, NODES, new ObjectKey("", node));
        same(
                request.string("spec.nodeUID", ""),
                live,
                "PodCertificateRequest for pod "
                        + who
                        + " names node UID %s, inconsistent with the"
                        + " running node (%s)");
        var pod = find("pod", namespace + "/" + podName, PODS, new ObjectKey(namespace, podName));
        pod(attributes, request, pod, who);
        var account = request.string("spec.serviceAccountName", "");
        var liveAccount =
                find(
                        "service account",
                        namespace + "/" + account,
                        ACCOUNTS,
                        new ObjectKey(namespace, account));
        same(
                request.string("spec.serviceAccountUID", ""),
                liveAccount,
                "PodCertificateRequest for pod "
                        + who
                        + " names service account UID %s, which"
                        + " differs from the running service account (%s)");
        signer(attributes, request, pod, who);
    }

    private static void pod(AdmissionAttributes attributes, Tree request, Tree pod, String who) {
        same(
                request.string("spec.podUID", ""),
                pod,
                "PodCertificateRequest for pod "
                        + who
                        + " contains pod UID (%s) which differs from"
                        + " running pod %s");
        var node = request.string("spec.nodeName", "");
        if (!pod.string("spec.nodeName", "").equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    "pod %s is not running on node %s named in the PodCertificateRequest"
                            .formatted(who, FieldErrors.quote(node)));
        }
        if (pod.stringMap("metadata.annotations").containsKey(MIRROR)) {
            throw Refusals.forbidden(attributes, "pod " + who + " is a mirror pod");
        }
        var account = request.string("spec.serviceAccountName", "");
        var podAccount = pod.string("spec.serviceAccountName", "");
        if (!account.equals(podAccount)) {
            throw Refusals.forbidden(
                    attributes,
                    "PodCertificateRequest for pod %s contains serviceAccountName (%s) that differs from running pod (%s)"
                            .formatted(
                                    who,
                                    FieldErrors.quote(account),
                                    FieldErrors.quote(podAccount)));
        }
    }

    /// What cannot be found, or is another than meant, may only be late: no refusal for ever.
    private Tree find(String what, String name, GroupResource resource, ObjectKey key)
            throws InterruptedException {
        var found = lookup.get(resource, key);
        if (found.isEmpty()) {
            found = lookup.getFresh(resource, key);
        }
        return found.orElseThrow(() ->
                unsure(
                        "while retrieving %s %s named in the PodCertificateRequest: %s %s not found"
                                .formatted(
                                        what,
                                        FieldErrors.quote(name),
                                        resource.resource(),
                                        FieldErrors.quote(key.name()))));
    }

    private static void same(String uid, Tree live, String text) {
        var actual = live.string("metadata.uid", "");
        if (!uid.equals(actual)) {
            throw unsure(text.formatted(FieldErrors.quote(uid), FieldErrors.quote(actual)));
        }
    }

    private static ApiException unsure(String text) {
        return new ApiException(new ApiError.Custom(500, "", text));
    }

    private void signer(AdmissionAttributes attributes, Tree request, Tree pod, String who) {
        var signer = request.string("spec.signerName", "");
        boolean isMounted =
                pod.trees("spec.volumes").stream()
                        .flatMap(volume -> volume.trees("projected.sources").stream())
                        .anyMatch(source ->
                                source.has("podCertificate")
                                        && source.string("podCertificate.signerName", "")
                                                .equals(signer));
        if (!isMounted && !mayAsk(attributes, request, signer)) {
            throw Refusals.forbidden(
                    attributes,
                    "pod %s does not mount a podCertificate projected volume for signer %s"
                            .formatted(who, FieldErrors.quote(signer)));
        }
    }

    /// RBAC knows no names with slashes, so the signer stands with a colon.
    private boolean mayAsk(AdmissionAttributes attributes, Tree request, String signer) {
        var info =
                new RequestInfo(
                        true,
                        "",
                        "request-serviceaccounts-podcertificate-signer",
                        attributes.resource().group(),
                        attributes.resource().version(),
                        attributes.key().namespace(),
                        signer.replace('/', ':'),
                        "",
                        request.string("spec.serviceAccountName", ""),
                        "");
        return authorizer.authorize(attributes.context().user(), info) instanceof Decision.Allowed;
    }
}
