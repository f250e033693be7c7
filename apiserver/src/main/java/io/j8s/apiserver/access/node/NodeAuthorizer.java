package io.j8s.apiserver.access.node;

import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.access.rbac.PolicyRule;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;
import java.util.Set;

/// Lets `system:node:NAME` read what its pods need and write what is its own (upstream:
/// `plugin/pkg/auth/authorizer/node`). Everything else that nodes do is the role `system:node`.
public final class NodeAuthorizer implements Authorizer {

    private static final String PREFIX = "system:node:";
    private static final String NODES_GROUP = "system:nodes";
    private static final Decision ALLOWED = new Decision.Allowed("");
    private static final Set<String> READ = Set.of("get", "list", "watch");
    private static final Set<String> OWN = Set.of("get", "create", "update", "patch", "delete");

    private final NodeGraph graph;
    private final List<PolicyRule> nodeRules;

    public NodeAuthorizer(NodeGraph graph, BootstrapPolicy policy) {
        this.graph = graph;
        this.nodeRules =
                policy.roles().stream()
                        .filter(role -> role.name().equals("system:node"))
                        .findFirst()
                        .orElseThrow()
                        .rules();
    }

    /// The node's name; empty for other users.
    public static String nodeName(UserInfo user) {
        return user.name().startsWith(PREFIX) && user.isInGroup(NODES_GROUP)
                ? user.name().substring(PREFIX.length())
                : "";
    }

    @Override
    public Decision authorize(UserInfo user, RequestInfo info) {
        if (!user.name().startsWith(PREFIX) || !user.isInGroup(NODES_GROUP)) {
            return no("");
        }
        var node = nodeName(user);
        if (node.isEmpty()) {
            return no("unknown node for user \"" + user.name() + "\"");
        }
        if (info.isResourceRequest()) {
            switch (info.groupResource().toString()) {
                case "secrets" -> {
                    return read(node, info, "Secret");
                }
                case "configmaps" -> {
                    return read(node, info, "ConfigMap");
                }
                case "serviceaccounts" -> {
                    return serviceAccount(node, info);
                }
                case "persistentvolumeclaims" -> {
                    return info.subresource().equals("status")
                            ? claimStatus(node, info)
                            : get(node, info, "Claim");
                }
                case "persistentvolumes" -> {
                    return get(node, info, "Volume");
                }
                case "resourceclaims.resource.k8s.io" -> {
                    return get(node, info, "ResourceClaim");
                }
                case "volumeattachments.storage.k8s.io" -> {
                    return get(node, info, "Attachment");
                }
                case "leases.coordination.k8s.io" -> {
                    return lease(node, info);
                }
                case "csinodes.storage.k8s.io" -> {
                    return csiNode(node, info);
                }
                case "resourceslices.resource.k8s.io" -> {
                    return slice(node, info);
                }
                case "nodes" -> {
                    return node(node, info);
                }
                case "pods" -> {
                    return pod(node, info);
                }
                case "podcertificaterequests.certificates.k8s.io" -> {
                    return certificateRequest(node, info);
                }
                default -> {}
            }
        }
        return nodeRules.stream().anyMatch(rule -> rule.allows(info)) ? ALLOWED : no("");
    }

    private static Decision no(String reason) {
        return new Decision.NoOpinion(reason);
    }

    private Decision get(String node, RequestInfo info, String kind) {
        if (!info.verb().equals("get")) {
            return no("can only get individual resources of this type");
        }
        if (!info.subresource().isEmpty()) {
            return no("cannot get subresource");
        }
        return related(node, info, kind);
    }

    private Decision read(String node, RequestInfo info, String kind) {
        if (!READ.contains(info.verb())) {
            return no("can only read resources of this type");
        }
        if (!info.subresource().isEmpty()) {
            return no("cannot read subresource");
        }
        if (info.namespace().isEmpty()) {
            return no("can only read namespaced object of this type");
        }
        return related(node, info, kind);
    }

    private Decision related(String node, RequestInfo info, String kind) {
        if (info.name().isEmpty()) {
            return no("No Object name found");
        }
        var key = new ObjectKey(info.namespace(), info.name());
        boolean isRelated =
                switch (kind) {
                    case "Secret" -> graph.needsSecret(node, key);
                    case "Volume" -> graph.needsVolume(node, info.name());
                    case "Attachment" -> graph.isAttachedTo(node, info.name());
                    case "ResourceSlice" -> graph.isSliceOf(node, info.name());
                    case "PodCertificateRequest" -> graph.isRequestOf(node, key);
                    default -> graph.refers(node, kind, key);
                };
        return isRelated
                ? ALLOWED
                : no("no relationship found between node '" + node + "' and this object");
    }

    private Decision claimStatus(String node, RequestInfo info) {
        return switch (info.verb()) {
            case "update", "patch" -> related(node, info, "Claim");
            default -> no("can only get/update/patch this type");
        };
    }

    private Decision serviceAccount(String node, RequestInfo info) {
        if (info.verb().equals("get") && info.subresource().isEmpty()) {
            return read(node, info, "ServiceAccount");
        }
        if (!info.verb().equals("create") || info.name().isEmpty()) {
            return no("can only create tokens for individual service accounts");
        }
        if (!info.subresource().equals("token")) {
            return no("can only create token subresource of serviceaccount");
        }
        return related(node, info, "ServiceAccount");
    }

    private static Decision lease(String node, RequestInfo info) {
        if (!OWN.contains(info.verb())) {
            return no("can only get, create, update, patch, or delete a node lease");
        }
        if (!info.namespace().equals("kube-node-lease")) {
            return no("can only access leases in the \"kube-node-lease\" system namespace");
        }
        if (!info.verb().equals("create") && !info.name().equals(node)) {
            return no("can only access node lease with the same name as the requesting node");
        }
        return ALLOWED;
    }

    private static Decision csiNode(String node, RequestInfo info) {
        if (!OWN.contains(info.verb())) {
            return no("can only get, create, update, patch, or delete a CSINode");
        }
        if (!info.subresource().isEmpty()) {
            return no("cannot authorize CSINode subresources");
        }
        if (!info.verb().equals("create") && !info.name().equals(node)) {
            return no("can only access CSINode with the same name as the requesting node");
        }
        return ALLOWED;
    }

    private Decision slice(String node, RequestInfo info) {
        if (!info.subresource().isEmpty()) {
            return no("cannot authorize ResourceSlice subresources");
        }
        return switch (info.verb()) {
            case "create" -> ALLOWED; // NodeRestriction looks at the node that the slice names
            case "list", "watch", "deletecollection" ->
                    info.selectsOnly("spec.nodeName", node)
                            ? ALLOWED
                            : no(
                                    "can only list/watch/deletecollection resourceslices with"
                                            + " nodeName field selector");
            case "get", "update", "patch", "delete" -> related(node, info, "ResourceSlice");
            default ->
                    no(
                            "only the following verbs are allowed for a ResourceSlice: get, watch,"
                                    + " list, create, update, patch, delete, deletecollection");
        };
    }

    /// Upstream: a node reads its own Node only; lists name it by a field selector on the name.
    private static Decision node(String node, RequestInfo info) {
        boolean isStatus = info.subresource().equals("status");
        if (!info.subresource().isEmpty() && !isStatus) {
            return no("");
        }
        return switch (info.verb()) {
            case "update", "patch" -> ALLOWED; // NodeRestriction looks at the name
            case "create" -> isStatus ? no("") : ALLOWED;
            case "get", "list", "watch" -> isStatus ? no("") : readNode(node, info.name());
            default -> no("");
        };
    }

    private static Decision readNode(String node, String name) {
        if (name.equals(node)) {
            return ALLOWED;
        }
        return name.isEmpty()
                ? no("node '" + node + "' cannot read all nodes, only its own Node object")
                : no("node '%s' cannot read '%s', only its own Node object".formatted(node, name));
    }

    /// Reads are of pods bound to the node; NodeRestriction looks at what is written.
    private Decision pod(String node, RequestInfo info) {
        return switch (info.subresource()) {
            case "" ->
                    switch (info.verb()) {
                        case "get" -> related(node, info, "Pod");
                        case "list", "watch" -> readPods(node, info);
                        case "create", "delete" -> ALLOWED; // mirror pods
                        default -> no("");
                    };
            case "status" ->
                    info.verb().equals("update") || info.verb().equals("patch") ? ALLOWED : no("");
            case "eviction" -> info.verb().equals("create") ? ALLOWED : no("");
            default -> no("");
        };
    }

    private Decision readPods(String node, RequestInfo info) {
        if (info.selectsOnly("spec.nodeName", node)) {
            return ALLOWED;
        }
        return info.name().isEmpty()
                ? no("can only list/watch pods with spec.nodeName field selector")
                : related(node, info, "Pod");
    }

    private Decision certificateRequest(String node, RequestInfo info) {
        if (!info.subresource().isEmpty()) {
            return no("nodes may not access the status subresource of PodCertificateRequests");
        }
        return switch (info.verb()) {
            case "create" -> ALLOWED; // NodeRestriction looks at the pod that it is for
            case "get" -> related(node, info, "PodCertificateRequest");
            case "list", "watch" ->
                    info.selectsOnly("spec.nodeName", node)
                            ? ALLOWED
                            : no(
                                    "can only list/watch podcertificaterequests with nodeName"
                                            + " field selector");
            default -> no("nodes may not " + info.verb() + " podcertificaterequests");
        };
    }
}
