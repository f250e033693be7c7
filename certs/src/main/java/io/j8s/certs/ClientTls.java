package io.j8s.certs;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// TLS for a client inside the cluster: trusts the given authorities only.
public final class ClientTls {

    private ClientTls() {}

    /// @param own what to show the server; null for none
    public static SSLContext context(List<X509Certificate> authorities, @Nullable Credential own)
            throws GeneralSecurityException {
        try {
            var trusted = emptyStore();
            for (int i = 0; i < authorities.size(); i++) {
                trusted.setCertificateEntry("ca-" + i, authorities.get(i));
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(keyManagers(own), trust.getTrustManagers(), new SecureRandom());
            return context;
        } catch (IOException e) {
            throw new GeneralSecurityException("cannot fill a key store in memory", e);
        }
    }

    /// Takes any server for the one meant, as upstream does with nodes when it is not told who
    /// signs their certificates.
    ///
    /// @param own what to show the server; null for none
    public static SSLContext unverified(@Nullable Credential own) throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(
                keyManagers(own), new TrustManager[] {new TakesAny(List.of())}, new SecureRandom());
        return context;
    }

    private static KeyManager @Nullable [] keyManagers(@Nullable Credential own) {
        return own == null ? null : new KeyManager[] {new OwnKey(own)};
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
