package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;

/// Decides whether a user may do what a request asks. Runs on the I/O thread: it answers from
/// memory and never blocks.
public interface Authorizer {

    /// Decides; `info` may come from a real request or from an access review.
    Decision authorize(UserInfo user, RequestInfo info);

    /// The answer.
    sealed interface Decision {

        record Allowed(String reason) implements Decision {}

        record Denied(String reason) implements Decision {}

        /// Nothing to say: the next authorizer decides; at the end of the chain it is a refusal.
        record NoOpinion(String reason) implements Decision {}
    }
}
