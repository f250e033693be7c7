package io.j8s.apiserver.plugins;

import io.j8s.apiserver.access.node.NodeAuthorizer;
import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// Node agents write only what is theirs: their Node, their pods' status, their lease (upstream:
/// `plugin/pkg/admission/noderestriction`).
public final class NodeRestriction implements AdmissionPlugin {

    private static final GroupResource PODS = new GroupResource("", "pods");
    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final Set<String> NODE_LABELS =
            Set.of(
                    "kubernetes.io/hostname",
                    "failure-domain.beta.kubernetes.io/zone",
                    "failure-domain.beta.kubernetes.io/region",
                    "topology.kubernetes.io/zone",
                    "topology.kubernetes.io/region",
                    "beta.kubernetes.io/instance-type",
                    "node.kubernetes.io/instance-type",
                    "beta.kubernetes.io/os",
                    "beta.kubernetes.io/arch",
                    "kubernetes.io/os",
                    "kubernetes.io/arch");

    private final Lookup lookup;
    private final NodeCertificateRequests certificateRequests;

    public NodeRestriction(Lookup lookup, Authorizer authorizer) {
        this.lookup = lookup;
        this.certificateRequests = new NodeCertificateRequests(lookup, authorizer);
    }

    @Override
    public String name() {
        return "NodeRestriction";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return attributes.operation() != Operation.CONNECT
                && attributes.context().user().isInGroup("system:nodes")
                && !NodeAuthorizer.nodeName(attributes.context().user()).isEmpty();
    }

    @Override
    public void mutate(AdmissionAttributes attributes) throws InterruptedException {
        var node = NodeAuthorizer.nodeName(attributes.context().user());
        switch (attributes.resource().groupResource().toString()) {
            case "pods" -> {
                switch (attributes.subresource()) {
                    case "" -> pod(attributes, node);
                    case "status" -> podStatus(attributes, node);
                    case "eviction" -> eviction(attributes, node);
                    default ->
                            throw Refusals.forbidden(
                                    attributes,
                                    "unexpected pod subresource "
                                            + FieldErrors.quote(attributes.subresource())
                                            + ", only 'status' and 'eviction' are allowed");
                }
            }
            case "nodes" -> node(attributes, node);
            case "persistentvolumeclaims" -> claim(attributes);
            case "serviceaccounts" -> {
                if (attributes.subresource().equals("token")) {
                    token(attributes, node);
                }
            }
            case "leases.coordination.k8s.io" -> lease(attributes, node);
            case "csinodes.storage.k8s.io" -> named(attributes, node, "CSINode");
            case "resourceslices.resource.k8s.io" -> slice(attributes, node);
            case "podcertificaterequests.certificates.k8s.io" ->
                    certificateRequests.check(attributes, node);
            default -> {}
        }
    }

    private void pod(AdmissionAttributes attributes, String node) throws InterruptedException {
        switch (attributes.operation()) {
            case CREATE -> createPod(attributes, node);
            case DELETE -> {
                if (!nodeOf(attributes).equals(node)) {
                    throw Refusals.forbidden(
                            attributes,
                            "node %s can only delete pods with spec.nodeName set to itself"
                                    .formatted(FieldErrors.quote(node)));
                }
            }
            default ->
                    throw Refusals.forbidden(
                            attributes,
                            "unexpected operation "
                                    + FieldErrors.quote(attributes.operation().name())
                                    + ", node "
                                    + FieldErrors.quote(node)
                                    + " can only create and delete mirror pods");
        }
    }

    private static void createPod(AdmissionAttributes attributes, String node) {
        var pod = Objects.requireNonNull(attributes.object());
        var who = FieldErrors.quote(node);
        if (!pod.stringMap("metadata.annotations").containsKey(MIRROR)) {
            throw Refusals.forbidden(
                    attributes,
                    "pod does not have %s annotation, node %s can only create mirror pods"
                            .formatted(FieldErrors.quote(MIRROR), who));
        }
        if (!pod.string("spec.nodeName", "").equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s can only create pods with spec.nodeName set to itself".formatted(who));
        }
        var owners = pod.trees("metadata.ownerReferences");
        if (owners.size() > 1) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s can only create pods with a single owner reference set to itself"
                            .formatted(who));
        }
        if (owners.size() == 1) {
            var owner = owners.getFirst();
            boolean isOwn =
                    owner.string("apiVersion", "").equals("v1")
                            && owner.string("kind", "").equals("Node")
                            && owner.string("name", "").equals(node)
                            && owner.bool("controller", false)
                            && !owner.bool("blockOwnerDeletion", false);
            if (!isOwn) {
                throw Refusals.forbidden(
                        attributes,
                        "node %s can only create pods with an owner reference set to itself"
                                .formatted(who));
            }
        }
        if (!pod.string("spec.serviceAccountName", "").isEmpty()) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s can not create pods that reference a service account".formatted(who));
        }
        if (!PodSecrets.of(pod).isEmpty()) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s can not create pods that reference secrets".formatted(who));
        }
    }

    private String nodeOf(AdmissionAttributes attributes) throws InterruptedException {
        var old = attributes.old();
        if (old != null) {
            return old.string("spec.nodeName", "");
        }
        var found = lookup.get(PODS, attributes.key());
        if (found.isEmpty()) {
            found = lookup.getFresh(PODS, attributes.key());
        }
        return found.map(pod -> pod.string("spec.nodeName", "")).orElse("");
    }

    private void podStatus(AdmissionAttributes attributes, String node)
            throws InterruptedException {
        if (attributes.operation() != Operation.UPDATE) {
            throw Refusals.forbidden(
                    attributes,
                    "unexpected operation " + FieldErrors.quote(attributes.operation().name()));
        }
        if (!nodeOf(attributes).equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s can only update pod status for pods with spec.nodeName set to itself"
                            .formatted(FieldErrors.quote(node)));
        }
        var pod = Objects.requireNonNull(attributes.object());
        var old = attributes.old();
        if (old != null && !pod.semanticallyEquals(old, "metadata.labels")) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s cannot update labels through pod status"
                            .formatted(FieldErrors.quote(node)));
        }
    }

    private void eviction(AdmissionAttributes attributes, String node) throws InterruptedException {
        if (!nodeOf(attributes).equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s can only evict pods with spec.nodeName set to itself"
                            .formatted(FieldErrors.quote(node)));
        }
    }

    private static void node(AdmissionAttributes attributes, String node) {
        var who = FieldErrors.quote(node);
        var object = attributes.object();
        var name = attributes.key().name();
        if (name.isEmpty() && object != null) {
            name = object.string("metadata.name", "");
        }
        if (!name.equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s is not allowed to modify node %s"
                            .formatted(who, FieldErrors.quote(name)));
        }
        if (object == null) {
            return;
        }
        var old = attributes.old();
        if (old == null) {
            var forbidden = new TreeSet<String>();
            object.stringMap("metadata.labels").keySet().stream()
                    .filter(NodeRestriction::isForbiddenLabel)
                    .forEach(forbidden::add);
            if (!forbidden.isEmpty()) {
                throw Refusals.forbidden(
                        attributes,
                        "node %s is not allowed to set the following labels: %s"
                                .formatted(who, String.join(", ", forbidden)));
            }
            if (!object.trees("metadata.ownerReferences").isEmpty()) {
                throw Refusals.forbidden(
                        attributes, "node %s is not allowed to set ownerReferences".formatted(who));
            }
            return;
        }
        updateNode(attributes, who, object, old);
    }

    private static void updateNode(
            AdmissionAttributes attributes, String who, Tree node, Tree old) {
        if (!node.semanticallyEquals(old, "spec.configSource")) {
            throw Refusals.forbidden(
                    attributes,
                    "node %s is not allowed to update configSource to a new non-nil configSource"
                            .formatted(who));
        }
        if (!node.semanticallyEquals(old, "spec.taints")) {
            throw Refusals.forbidden(
                    attributes, "node %s is not allowed to modify taints".formatted(who));
        }
        var changed = new TreeSet<String>();
        var now = node.stringMap("metadata.labels");
        var before = old.stringMap("metadata.labels");
        var all = new TreeSet<>(now.keySet());
        all.addAll(before.keySet());
        for (var key : all) {
            if (isForbiddenLabel(key) && !Objects.equals(now.get(key), before.get(key))) {
                changed.add(key);
            }
        }
        if (!changed.isEmpty()) {
            throw Refusals.forbidden(
                    attributes, "is not allowed to modify labels: " + String.join(", ", changed));
        }
        if (!node.semanticallyEquals(old, "metadata.ownerReferences")) {
            throw Refusals.forbidden(
                    attributes, "node %s is not allowed to modify ownerReferences".formatted(who));
        }
    }

    /// Labels of kubernetes.io domains that a kubelet has no business with; workloads may be kept
    /// to trusted nodes by them.
    static boolean isForbiddenLabel(String key) {
        if (NODE_LABELS.contains(key)) {
            return false;
        }
        int slash = key.indexOf('/');
        if (slash < 0) {
            return false;
        }
        var domain = key.substring(0, slash);
        if (isIn(domain, "kubelet.kubernetes.io") || isIn(domain, "node.kubernetes.io")) {
            return false;
        }
        return isIn(domain, "kubernetes.io") || isIn(domain, "k8s.io");
    }

    private static boolean isIn(String domain, String parent) {
        return domain.equals(parent) || domain.endsWith("." + parent);
    }

    private static void claim(AdmissionAttributes attributes) {
        if (!attributes.subresource().equals("status")) {
            throw Refusals.forbidden(attributes, "may only update PVC status");
        }
    }

    private void token(AdmissionAttributes attributes, String node) throws InterruptedException {
        var request = Objects.requireNonNull(attributes.object());
        var bound = request.tree("spec.boundObjectRef");
        boolean isPod =
                bound != null
                        && bound.string("apiVersion", "").equals("v1")
                        && bound.string("kind", "").equals("Pod")
                        && !bound.string("name", "").isEmpty();
        if (!isPod || bound == null) {
            throw Refusals.forbidden(attributes, "node requested token not bound to a pod");
        }
        if (bound.string("uid", "").isEmpty()) {
            throw Refusals.forbidden(
                    attributes, "node requested token with a pod binding without a uid");
        }
        var key = new ObjectKey(attributes.key().namespace(), bound.string("name", ""));
        var pod = find(key);
        if (pod == null || !pod.string("metadata.uid", "").equals(bound.string("uid", ""))) {
            throw Refusals.forbidden(
                    attributes,
                    "the UID in the bound object reference (%s) does not match the UID in record."
                                    .formatted(bound.string("uid", ""))
                            + " The object might have been deleted and then recreated");
        }
        if (!pod.string("spec.nodeName", "").equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    "node requested token bound to a pod scheduled on a different node");
        }
    }

    private @Nullable Tree find(ObjectKey key) throws InterruptedException {
        var found = lookup.get(PODS, key);
        if (found.isEmpty()) {
            found = lookup.getFresh(PODS, key);
        }
        return found.orElse(null);
    }

    private static void lease(AdmissionAttributes attributes, String node) {
        if (!attributes.key().namespace().equals("kube-node-lease")) {
            throw Refusals.forbidden(
                    attributes,
                    "can only access leases in the \"kube-node-lease\" system namespace");
        }
        named(attributes, node, "node lease");
    }

    private static void named(AdmissionAttributes attributes, String node, String what) {
        var object = attributes.object();
        var name = attributes.key().name();
        if (name.isEmpty() && object != null) {
            name = object.string("metadata.name", "");
        }
        if (!name.equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    "can only access %s with the same name as the requesting node".formatted(what));
        }
    }

    private static void slice(AdmissionAttributes attributes, String node) {
        var object = attributes.object();
        var holder = object == null ? attributes.old() : object;
        if (holder != null && !holder.string("spec.nodeName", "").equals(node)) {
            throw Refusals.forbidden(
                    attributes,
                    object != null && attributes.old() == null
                            ? "can only create ResourceSlice with the same NodeName as the"
                                    + " requesting node"
                            : "can only delete ResourceSlice with the same NodeName as the"
                                    + " requesting node");
        }
    }
}
