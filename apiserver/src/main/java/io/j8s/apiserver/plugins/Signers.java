package io.j8s.apiserver.plugins;

import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;

/// Whether a user may do something in the name of a signer (upstream:
/// `certificates.IsAuthorizedForSignerName`).
record Signers(Authorizer authorizer) {

    boolean allow(UserInfo user, String verb, String signerName) {
        if (ask(user, verb, signerName)) {
            return true;
        }
        int slash = signerName.indexOf('/');
        // a grant may be for all signers of a domain
        return slash > 0 && ask(user, verb, signerName.substring(0, slash) + "/*");
    }

    private boolean ask(UserInfo user, String verb, String name) {
        var info =
                new RequestInfo(
                        true, "", verb, "certificates.k8s.io", "*", "", "signers", "", name, "");
        return authorizer.authorize(user, info) instanceof Decision.Allowed;
    }
}
