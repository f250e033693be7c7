package io.j8s.apiserver.plugins;

import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.access.rbac.PolicyRule;
import io.j8s.apiserver.access.rbac.RuleCover;
import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;

import java.util.List;
import java.util.Objects;

/// Nobody grants by a role or binding what they do not hold themselves, unless they may `escalate`
/// or `bind` (upstream: `pkg/registry/rbac/*/policybased`). Upstream does it in its storage layer;
/// here it is the last validating step of admission.
public final class RbacEscalation implements AdmissionPlugin {

    private static final List<PolicyRule> EVERYTHING =
            List.of(
                    new PolicyRule(List.of("*"), List.of("*"), List.of("*"), List.of(), List.of()),
                    new PolicyRule(List.of("*"), List.of(), List.of(), List.of(), List.of("*")));

    private final Grants grants;
    private final Authorizer authorizer;

    public RbacEscalation(Grants grants, Authorizer authorizer) {
        this.grants = grants;
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "RBACEscalation";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return attributes.resource().group().equals(Grants.GROUP)
                && attributes.subresource().isEmpty()
                && (attributes.operation() == Operation.CREATE
                        || attributes.operation() == Operation.UPDATE);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        var object = Objects.requireNonNull(attributes.object());
        if (attributes.context().user().isInGroup(UserInfo.MASTERS_GROUP)) {
            return; // upstream: EscalationAllowed
        }
        switch (attributes.resource().resource()) {
            case "roles", "clusterroles" -> checkRole(attributes, object);
            case "rolebindings", "clusterrolebindings" -> checkBinding(attributes, object);
            default -> {}
        }
    }

    private void checkRole(AdmissionAttributes attributes, Tree role) {
        var old = attributes.old();
        if (old != null
                && role.semanticallyEquals(old, "rules")
                && (!isClusterRole(attributes)
                        || role.semanticallyEquals(old, "aggregationRule"))) {
            return;
        }
        if (may(attributes, "escalate", attributes.resource().resource(), name(attributes, role))) {
            return;
        }
        confirm(attributes, role, PolicyRule.allOf(role));
        if (isClusterRole(attributes) && role.has("aggregationRule")) {
            confirmFullAuthority(attributes, role);
        }
    }

    private static boolean isClusterRole(AdmissionAttributes attributes) {
        return attributes.resource().resource().equals("clusterroles");
    }

    private void confirmFullAuthority(AdmissionAttributes attributes, Tree role) {
        var held = grants.heldBy(attributes.context().user(), "").rules();
        if (!RuleCover.missing(held, EVERYTHING).isEmpty()) {
            throw forbidden(
                    attributes,
                    role,
                    "must have cluster-admin privileges to use the aggregationRule");
        }
    }

    private void checkBinding(AdmissionAttributes attributes, Tree binding) {
        var old = attributes.old();
        if (old != null
                && binding.semanticallyEquals(old, "subjects")
                && binding.semanticallyEquals(old, "roleRef")) {
            return;
        }
        var role =
                new Grants.RoleRef(
                        binding.string("roleRef.kind", ""), binding.string("roleRef.name", ""));
        var resource = role.kind().equals("ClusterRole") ? "clusterroles" : "roles";
        if (may(attributes, "bind", resource, role.name())) {
            return;
        }
        var rules = grants.rulesOf(role, attributes.key().namespace());
        if (rules == null) {
            throw new ApiException(
                    new ApiError.NotFound(new GroupResource(Grants.GROUP, resource), role.name()));
        }
        confirm(attributes, binding, rules);
    }

    private boolean may(AdmissionAttributes attributes, String verb, String resource, String name) {
        var info =
                new RequestInfo(
                        true,
                        "",
                        verb,
                        Grants.GROUP,
                        "*",
                        attributes.key().namespace(),
                        resource,
                        "",
                        name,
                        "");
        return authorizer.authorize(attributes.context().user(), info) instanceof Decision.Allowed;
    }

    private void confirm(AdmissionAttributes attributes, Tree object, List<PolicyRule> wanted) {
        var user = attributes.context().user();
        var held = grants.heldBy(user, attributes.key().namespace());
        var missing = RuleCover.missing(held.rules(), wanted);
        if (missing.isEmpty()) {
            return;
        }
        var text =
                "user %s (groups=%s) is attempting to grant RBAC permissions not currently held:\n%s"
                        .formatted(
                                FieldErrors.quote(user.name()),
                                PolicyRule.quotedList(user.groups()),
                                RuleCover.describe(missing));
        if (!held.errors().isEmpty()) {
            text += "; resolution errors: [" + String.join(" ", held.errors()) + "]";
        }
        throw forbidden(attributes, object, text);
    }

    private static ApiException forbidden(
            AdmissionAttributes attributes, Tree object, String text) {
        return new ApiException(
                new ApiError.Forbidden(
                        attributes.resource().groupResource(), name(attributes, object), text));
    }

    private static String name(AdmissionAttributes attributes, Tree object) {
        var name = attributes.key().name();
        return name.isEmpty() ? object.string("metadata.name", "") : name;
    }
}
