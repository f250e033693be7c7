package io.j8s.certs;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/// TLS for a server that asks for client certificates and takes any: who a client is gets decided
/// after the handshake, so that a bad certificate is answered with 401 and not with a broken
/// connection.
public final class ServerTls {

    private static final String ALIAS = "server";

    private ServerTls() {}

    /// A context for a server.
    ///
    /// @param serving asked at each handshake, so that a rotated certificate is used at once
    /// @param authorities named to clients as those whose certificates are worth sending
    public static SSLContext context(
            Supplier<Credential> serving, List<X509Certificate> authorities)
            throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new ServingKey(serving)},
                new TrustManager[] {new TakesAny(authorities)},
                new SecureRandom());
        return context;
    }

    private static final class ServingKey extends X509ExtendedKeyManager {

        private final Supplier<Credential> serving;

        ServingKey(Supplier<Credential> serving) {
            this.serving = serving;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            return fits(keyType);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, Socket socket) {
            return fits(keyType);
        }

        private @Nullable String fits(String keyType) {
            return serving.get().key().getAlgorithm().equals(keyType) ? ALIAS : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return serving.get().chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return serving.get().key();
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String @Nullable [] getClientAliases(
                String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }
    }
}
