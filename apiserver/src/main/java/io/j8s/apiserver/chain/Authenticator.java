package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.RequestHeaders;
import io.j8s.apiserver.request.UserInfo;

import java.security.cert.X509Certificate;
import java.util.List;

/// Finds out who makes a request. One implementation for each kind of credentials.
public interface Authenticator {

    /// Looks at the credentials; quick and without blocking I/O, as it runs on the I/O thread.
    Result authenticate(Credentials credentials);

    /// What a request carries.
    ///
    /// @param certificates the client's chain as TLS received it, unverified; empty for none
    /// @param bearerToken from `Authorization: Bearer` or the WebSocket subprotocol; empty for none
    /// @param headers the request's, for credentials that a front proxy puts there
    record Credentials(
            List<X509Certificate> certificates, String bearerToken, RequestHeaders headers) {
        public Credentials {
            certificates = List.copyOf(certificates);
        }

        /// Without any headers.
        public Credentials(List<X509Certificate> certificates, String bearerToken) {
            this(certificates, bearerToken, RequestHeaders.NONE);
        }

        /// Never the token.
        @Override
        public String toString() {
            return "Credentials[" + certificates.size() + " certificates]";
        }
    }

    /// What came of it.
    sealed interface Result {

        record Authenticated(UserInfo user) implements Result {}

        /// These credentials are not of this authenticator's kind: ask the next.
        record NotMine() implements Result {}

        /// Credentials of this kind that are not valid: 401.
        record Rejected(String why) implements Result {}
    }
}
