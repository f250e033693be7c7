package io.j8s.apiserver.access.rbac;

import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;

import java.util.ArrayList;
import java.util.List;

/// Allows what a role allows (upstream: `plugin/pkg/auth/authorizer/rbac`).
public final class RbacAuthorizer implements Authorizer {

    private final Grants grants;

    public RbacAuthorizer(Grants grants) {
        this.grants = grants;
    }

    @Override
    public Decision authorize(UserInfo user, RequestInfo info) {
        var search = new Search(info);
        grants.visit(user, info.namespace(), search);
        if (search.allowedBy != null) {
            return new Decision.Allowed("RBAC: allowed by " + search.allowedBy);
        }
        return new Decision.NoOpinion(
                search.errors.isEmpty() ? "" : "RBAC: " + aggregate(search.errors));
    }

    /// Go's text of several errors.
    static String aggregate(List<String> errors) {
        var distinct = errors.stream().distinct().toList();
        return distinct.size() == 1 ? distinct.getFirst() : "[" + String.join(", ", distinct) + "]";
    }

    private static final class Search implements Grants.Visitor {

        private final RequestInfo info;
        private final List<String> errors = new ArrayList<>(0);
        private @org.jspecify.annotations.Nullable String allowedBy;

        Search(RequestInfo info) {
            this.info = info;
        }

        @Override
        public boolean rule(String text, PolicyRule rule) {
            if (rule.allows(info)) {
                allowedBy = text;
                return false;
            }
            return true;
        }

        @Override
        public void missing(String message) {
            errors.add(message);
        }
    }
}
