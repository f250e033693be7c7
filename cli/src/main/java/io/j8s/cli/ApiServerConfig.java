package io.j8s.cli;

import io.j8s.apiserver.access.AccessConfig;
import io.j8s.apiserver.access.authn.FrontProxy;
import io.j8s.apiserver.chain.Inflight;
import io.j8s.apiserver.discovery.RuntimeConfig;
import io.j8s.certs.ClientTls;
import io.j8s.certs.Credential;
import io.j8s.certs.Pki;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

/// What one API server is set up with, be it by `j8s up` or by `j8s apiserver`'s own flags.
///
/// @param port where it listens, never 0: objects name it before the socket is open
/// @param advertised the address that others reach it at
/// @param serving asked at each handshake
/// @param namedAuthorities told to clients, so that they know which certificate to send
/// @param kubelets how it speaks to nodes
/// @param clientAuthorityPem `--client-ca-file`, empty for none
/// @param admissionOn `--enable-admission-plugins`
/// @param admissionOff `--disable-admission-plugins`
/// @param publishesClusterInfo whether machines that join are told whom to trust
/// @param flags as given or by default, for `/flagz`
record ApiServerConfig(
        String bindAddress,
        int port,
        String advertised,
        List<String> serviceCidrs,
        PortRange nodePorts,
        RuntimeConfig runtimeConfig,
        Supplier<Credential> serving,
        List<X509Certificate> namedAuthorities,
        SSLContext kubelets,
        AccessConfig access,
        String clientAuthorityPem,
        Set<String> admissionOn,
        Set<String> admissionOff,
        Inflight inflight,
        boolean publishesClusterInfo,
        Map<String, String> flags) {

    ApiServerConfig {
        serviceCidrs = List.copyOf(serviceCidrs);
        namedAuthorities = List.copyOf(namedAuthorities);
        admissionOn = Set.copyOf(admissionOn);
        admissionOff = Set.copyOf(admissionOff);
        flags = Map.copyOf(flags);
    }

    /// The API server of `j8s up`.
    static ApiServerConfig of(UpConfig config, int port, String advertised, Pki pki)
            throws GeneralSecurityException {
        var clients = List.of(pki.authority().certificate());
        return new ApiServerConfig(
                config.bindAddress(),
                port,
                advertised,
                config.serviceCidrs(),
                PortRange.NODE_PORTS,
                config.runtimeConfig(),
                pki::serving,
                pki.authorities(),
                ClientTls.context(pki.authorities(), pki.kubeletClient()),
                AccessConfig.of(
                        clients,
                        FrontProxy.standard(
                                List.of(pki.frontProxyAuthority().credential().certificate())),
                        pki.serviceAccountKeys(),
                        config.clusterDomain(),
                        advertised,
                        port),
                pki.authorityPem(),
                Set.of(),
                Set.of(),
                Inflight.standard(),
                true,
                config.flags());
    }
}
