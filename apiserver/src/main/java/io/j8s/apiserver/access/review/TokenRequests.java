package io.j8s.apiserver.access.review;

import io.j8s.apiserver.access.token.TokenClaims.Ref;
import io.j8s.apiserver.access.token.TokenIssuer;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A new token for a service account: `serviceaccounts/NAME/token` (upstream:
/// `pkg/registry/core/serviceaccount/storage/token.go`).
final class TokenRequests implements VirtualResource {

    private static final GroupResource PODS = new GroupResource("", "pods");
    private static final GroupResource NODES = new GroupResource("", "nodes");
    private static final GroupResource SECRETS = new GroupResource("", "secrets");
    private static final GroupResource SERVICE_ACCOUNTS = new GroupResource("", "serviceaccounts");
    private static final String GROUP = "authentication.k8s.io";
    private static final long SECONDS_MIN = 10 * 60; // upstream: minTokenAgeSeconds
    private static final long SECONDS_MAX = 1L << 32;
    private static final long SECONDS_DEFAULT = 60 * 60;

    private final TokenIssuer issuer;
    private final Lookup lookup;

    TokenRequests(TokenIssuer issuer, Lookup lookup) {
        this.issuer = issuer;
        this.lookup = lookup;
    }

    @Override
    public GroupVersionResource resource() {
        return new GroupVersionResource("", "v1", "serviceaccounts");
    }

    @Override
    public String subresource() {
        return "token";
    }

    /// What a token is bound to besides its account.
    private record Bound(@Nullable Ref pod, @Nullable Ref node, @Nullable Ref secret) {
        static final Bound NOTHING = new Bound(null, null, null);
    }

    @Override
    public Tree create(RequestContext context, Tree request) throws InterruptedException {
        var namespace = context.info().namespace();
        var name = context.info().name();
        confirmNames(request, namespace, name);
        request.setDefault("spec.expirationSeconds", SECONDS_DEFAULT);
        if (request.strings("spec.audiences").isEmpty()) {
            request.set("spec.audiences", issuer.apiAudiences());
        }
        var key = new ObjectKey(namespace, name);
        var account = fresh(SERVICE_ACCOUNTS, key);
        String uid = account.string("metadata.uid", "");
        confirmUid(request, name, uid);
        validate(request);
        var bound = bind(request, name, namespace);
        var made =
                issuer.issue(
                        new TokenIssuer.Wanted(
                                namespace,
                                new Ref(name, uid),
                                request.strings("spec.audiences"),
                                request.longValue("spec.expirationSeconds", SECONDS_DEFAULT),
                                bound.pod,
                                bound.secret,
                                bound.node));
        request.set("metadata.name", name).set("metadata.namespace", namespace);
        request.set("metadata.uid", uid);
        request.set("metadata.creationTimestamp", made.issuedAt());
        request.set("status.token", made.token());
        request.set("status.expirationTimestamp", made.expiresAt());
        return request;
    }

    private static void confirmNames(Tree request, String namespace, String name) {
        var ownName = request.string("metadata.name", "");
        if (!ownName.isEmpty() && !ownName.equals(name)) {
            var errors = new FieldErrors();
            errors.invalid(
                    "metadata.name", ownName, "must match the service account name if specified");
            throw new ApiException(
                    new ApiError.Invalid(GROUP, "TokenRequest", name, errors.list()));
        }
        var ownNamespace = request.string("metadata.namespace", "");
        if (!ownNamespace.isEmpty() && !ownNamespace.equals(namespace)) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "the namespace of the provided object does not match the namespace sent"
                                    + " on the request"));
        }
    }

    /// A token is for the account that the client means, not for another one of the same name.
    private static void confirmUid(Tree request, String name, String uid) {
        String asked = request.string("metadata.uid", "");
        if (!asked.isEmpty() && !asked.equals(uid)) {
            throw new ApiException(
                    new ApiError.Conflict(
                            new GroupResource(GROUP, "TokenRequest"),
                            name,
                            "the UID in the token request (%s) does not match the UID of the service account (%s)"
                                    .formatted(asked, uid)));
        }
    }

    private static void validate(Tree request) {
        var errors = new FieldErrors();
        long seconds = request.longValue("spec.expirationSeconds", 0);
        if (seconds < SECONDS_MIN) {
            errors.invalid(
                    "spec.expirationSeconds",
                    seconds,
                    "may not specify a duration less than 10 minutes");
        }
        if (seconds > SECONDS_MAX) {
            errors.invalid(
                    "spec.expirationSeconds",
                    seconds,
                    "may not specify a duration larger than 2^32 seconds");
        }
        if (request.map("spec.attestations") instanceof TreeMap given && !given.isEmpty()) {
            errors = new FieldErrors(); // upstream: this alone
            At.root(request, errors)
                    .invalid(
                            "spec.attestations",
                            "attestations may only be specified with a webhook bound object"
                                    + " reference");
        }
        if (!errors.isEmpty()) {
            throw new ApiException(new ApiError.Invalid(GROUP, "TokenRequest", "", errors.list()));
        }
    }

    private Tree fresh(GroupResource resource, ObjectKey key) throws InterruptedException {
        // a kubelet asks right after the objects were made: the cache may be a moment behind
        var cached = lookup.get(resource, key);
        if (cached.isPresent()) {
            return cached.get();
        }
        return lookup.getFresh(resource, key)
                .orElseThrow(() -> new ApiException(new ApiError.NotFound(resource, key.name())));
    }

    private Bound bind(Tree request, String account, String namespace) throws InterruptedException {
        var ref = request.tree("spec.boundObjectRef");
        if (ref == null) {
            return Bound.NOTHING;
        }
        var kind = GroupVersionKind.of(ref.string("apiVersion", ""), ref.string("kind", ""));
        var name = ref.string("name", "");
        if (!kind.group().isEmpty() || !List.of("Pod", "Node", "Secret").contains(kind.kind())) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "cannot bind token to object of type %s, Kind=%s"
                                    .formatted(kind.group() + "/" + kind.version(), kind.kind())));
        }
        return switch (kind.kind()) {
            case "Pod" -> bindPod(ref, account, new ObjectKey(namespace, name));
            case "Node" -> {
                var node = fresh(NODES, ObjectKey.clusterScoped(name));
                yield new Bound(null, confirmed(ref, node, name), null);
            }
            default -> {
                var secret = fresh(SECRETS, new ObjectKey(namespace, name));
                yield new Bound(null, null, confirmed(ref, secret, name));
            }
        };
    }

    private Bound bindPod(Tree ref, String account, ObjectKey key) throws InterruptedException {
        var pod = fresh(PODS, key);
        if (!account.equals(pod.string("spec.serviceAccountName", ""))) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            ("cannot bind token for serviceaccount %s to pod running with different"
                                            + " serviceaccount name.")
                                    .formatted(FieldErrors.quote(account))));
        }
        var node = pod.string("spec.nodeName", "");
        return new Bound(
                confirmed(ref, pod, key.name()), node.isEmpty() ? null : nodeRef(node), null);
    }

    /// Upstream: a node that is gone is named without a uid.
    private Ref nodeRef(String name) {
        return new Ref(
                name,
                lookup.get(NODES, ObjectKey.clusterScoped(name))
                        .map(node -> node.string("metadata.uid", ""))
                        .orElse(""));
    }

    private static Ref confirmed(Tree ref, Tree object, String name) {
        var uid = object.string("metadata.uid", "");
        var wanted = ref.string("uid", "");
        if (!wanted.isEmpty() && !wanted.equals(uid)) {
            throw new ApiException(
                    new ApiError.Conflict(
                            new GroupResource("", ref.string("kind", "")),
                            name,
                            ("the UID in the bound object reference (%s) does not match the UID in"
                                            + " record. The object might have been deleted and then"
                                            + " recreated")
                                    .formatted(wanted)));
        }
        return new Ref(name, uid);
    }
}
