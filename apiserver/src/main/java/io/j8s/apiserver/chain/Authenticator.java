package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.UserInfo;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Finds out who makes a request. One implementation for each kind of credentials.
public interface Authenticator {

    /// Looks at the credentials; quick and without blocking I/O, as it runs on the I/O thread.
    Result authenticate(Credentials credentials);

    /// What a request carries.
    ///
    /// @param certificates the client's chain as TLS received it, unverified; empty for none
    /// @param bearerToken from `Authorization: Bearer` or the WebSocket subprotocol; empty for none
    /// @param headers all of the request's, for what a proxy in front says; read only when needed
    record Credentials(
            List<X509Certificate> certificates,
            String bearerToken,
            Supplier<Map<String, List<String>>> headers) {
        public Credentials {
            certificates = List.copyOf(certificates);
        }

        /// Without headers.
        public Credentials(List<X509Certificate> certificates, String bearerToken) {
            this(certificates, bearerToken, Map::of);
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
