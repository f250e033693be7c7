package io.j8s.apiserver.resources.certificates;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `certificates.k8s.io/v1 CertificateSigningRequest`.
public final class CertificateSigningRequests
        implements ResourceStrategy<CertificateSigningRequest> {

    private static final List<String> DECISIONS = List.of("Approved", "Denied");

    private static final String TRANSITION = "lastTransitionTime";

    @Override
    public Names names() {
        return new Names(
                "certificates.k8s.io/v1",
                "CertificateSigningRequest",
                "certificatesigningrequests");
    }

    @Override
    public Class<CertificateSigningRequest> view() {
        return CertificateSigningRequest.class;
    }

    @Override
    public NameRule nameRule() {
        return NameRule.PATH_SEGMENT;
    }

    /// Who asks is whom the server has authenticated, whatever the request says.
    @Override
    public void prepareForCreate(RequestContext context, Tree request) {
        var user = context.user();
        var spec = request.ensure("spec");
        spec.set("username", user.name());
        spec.set("uid", user.uid().isEmpty() ? null : user.uid());
        spec.remove("groups");
        user.groups().forEach(group -> spec.ensureList("groups").add(group));
        spec.remove("extra");
        user.extra().forEach((key, values) -> spec.ensureMap("extra").put(key, values));
    }

    @Override
    public void validate(Tree request, FieldErrors errors) {
        CertificateRequestRules.validate(request, null, errors);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        CertificateRequestRules.update(tree, oldTree, "", errors);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        CertificateRequestRules.update(tree, oldTree, "status", errors);
    }

    @Override
    public void validateSubresourceUpdate(
            String subresource, Tree tree, Tree oldTree, FieldErrors errors) {
        CertificateRequestRules.update(tree, oldTree, subresource, errors);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        updated.keep("spec", old);
    }

    /// Signers write the certificate; only `/approval` decides. As many decisions as there were
    /// stay what they were; validation refuses others.
    @Override
    public void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {
        for (String type : DECISIONS) {
            var before = decisions(old, type);
            var now = decisions(updated, type);
            var conditions = updated.list("status.conditions");
            if (before.size() == now.size() && conditions != null) {
                for (int i = 0; i < now.size(); i++) {
                    conditions.setValue(indexOf(conditions, now.get(i)), before.get(i).copy());
                }
            }
        }
        noteTimes(context, old, updated);
    }

    @SuppressWarnings("ReferenceEquality") // the very element of the list
    private static int indexOf(TreeList list, Tree element) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) == element) {
                return i;
            }
        }
        throw new IllegalStateException("not in its own list");
    }

    private static List<Tree> decisions(Tree request, String type) {
        return request.trees("status.conditions").stream()
                .filter(condition -> condition.string("type", "").equals(type))
                .toList();
    }

    /// `/approval` changes the conditions and nothing else.
    @Override
    public void prepareForSubresourceUpdate(
            RequestContext context, String subresource, Tree old, Tree updated) {
        Tree asked = updated.copy();
        updated.keep("spec", old);
        updated.keep("status", old);
        updated.keep("status.conditions", asked);
        noteTimes(context, old, updated);
    }

    /// Upstream's `populateConditionTimestamps`.
    private static void noteTimes(RequestContext context, Tree old, Tree updated) {
        for (var condition : updated.trees("status.conditions")) {
            if (!condition.has("lastUpdateTime")) {
                condition.set("lastUpdateTime", context.now());
            }
            if (!condition.has(TRANSITION)) {
                var same =
                        old.trees("status.conditions").stream()
                                .filter(before ->
                                        before.has(TRANSITION)
                                                && before.semanticallyEquals(condition, "type")
                                                && before.semanticallyEquals(condition, "status"))
                                .findFirst();
                if (same.isPresent()) {
                    condition.keep(TRANSITION, same.get());
                } else {
                    condition.set(TRANSITION, context.now());
                }
            }
        }
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(SelectableField.at("spec.signerName"));
    }

    @Override
    public List<Column<CertificateSigningRequest>> columns() {
        return List.of(
                Column.age(),
                Column.text("SignerName", "Who is to sign", csr -> csr.getSpec().getSignerName()),
                Column.text("Requestor", "Who asks", csr -> csr.getSpec().getUsername()),
                Column.text(
                        "RequestedDuration",
                        "How long the certificate is to last",
                        CertificateSigningRequests::duration),
                Column.text("Condition", "What became of it", CertificateSigningRequests::state));
    }

    private static String duration(CertificateSigningRequest csr) {
        Integer seconds = csr.getSpec().getExpirationSeconds();
        if (seconds == null) {
            return "<none>";
        }
        var epoch = java.time.Instant.EPOCH;
        return Column.since(epoch.toString(), epoch.plusSeconds(seconds));
    }

    /// In order of precedence, as upstream's `extractCSRStatus`.
    private static String state(CertificateSigningRequest csr) {
        var status = csr.getStatus();
        var conditions =
                status == null || status.getConditions() == null
                        ? List.<CertificateSigningRequestCondition>of()
                        : status.getConditions();
        var types = conditions.stream().map(CertificateSigningRequestCondition::getType).toList();
        String state =
                types.contains("Denied")
                        ? "Denied"
                        : types.contains("Approved") ? "Approved" : "Pending";
        if (types.contains("Failed")) {
            state += ",Failed";
        }
        boolean isIssued =
                status != null
                        && status.getCertificate() != null
                        && !status.getCertificate().isEmpty();
        return isIssued ? state + ",Issued" : state;
    }
}
