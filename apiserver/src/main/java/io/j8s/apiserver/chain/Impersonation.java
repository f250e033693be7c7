package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.UserInfo;

/// Lets a user act as another, if it may.
@FunctionalInterface
public interface Impersonation {

    Impersonation NONE = (user, _) -> user;

    /// The user in whose name the request goes on; refuses with an `ApiException`.
    UserInfo impersonate(UserInfo user, Exchange exchange);
}
