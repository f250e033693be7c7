package io.j8s.apiserver.resources.certificates;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Everything the API server knows about `certificates.k8s.io PodCertificateRequest`.
public final class PodCertificateRequests implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names(
                "certificates.k8s.io/v1beta1", "PodCertificateRequest", "podcertificaterequests");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        PodCertificateRequestRules.create(At.root(tree, errors));
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At.root(tree, errors).immutable("spec", oldTree);
    }

    @Override
    public void validateStatusUpdate(
            RequestContext context, Tree tree, Tree oldTree, FieldErrors errors) {
        new IssuedCertificateRules(At.root(tree, errors), oldTree, context.now()).check();
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(
                SelectableField.at("spec.signerName"),
                SelectableField.at("spec.podName"),
                SelectableField.at("spec.nodeName"));
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text(
                        "PodName", "Whose certificate it is", request -> spec(request, "podName")),
                Column.text(
                        "ServiceAccountName",
                        "The pod's service account",
                        request -> spec(request, "serviceAccountName")),
                Column.text("NodeName", "Where the pod is", request -> spec(request, "nodeName")),
                Column.text("SignerName", "Who is to sign", request -> spec(request, "signerName")),
                Column.text(
                        "State",
                        "Pending, Issued, Denied or Failed",
                        PodCertificateRequests::state),
                Column.wide(
                        "UnverifiedUserAnnotations",
                        "What the pod says to the signer",
                        PodCertificateRequests::annotations));
    }

    private static String spec(GenericKubernetesResource request, String field) {
        return Cells.text(request, "spec", field);
    }

    private static String state(GenericKubernetesResource request) {
        String state = "Pending";
        if (Cells.value(request, "status", "conditions") instanceof List<?> conditions) {
            for (var condition : conditions) {
                if (condition instanceof Map<?, ?> fields
                        && fields.get("type") instanceof String type
                        && IssuedCertificateRules.TYPES.contains(type)) {
                    state = type;
                }
            }
        }
        return state;
    }

    private static String annotations(GenericKubernetesResource request) {
        return Cells.value(request, "spec", "unverifiedUserAnnotations") instanceof Map<?, ?> map
                        && !map.isEmpty()
                ? new TreeMap<>(map)
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .collect(Collectors.joining(","))
                : "<none>";
    }
}
