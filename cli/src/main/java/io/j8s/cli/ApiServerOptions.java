package io.j8s.cli;

import io.j8s.apiserver.access.AccessConfig;
import io.j8s.apiserver.access.AuthorizationMode;
import io.j8s.apiserver.access.authn.FrontProxy;
import io.j8s.apiserver.chain.Inflight;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.ClientTls;
import io.j8s.certs.Credential;
import io.j8s.certs.CredentialFiles;
import io.j8s.certs.PrivateFiles;
import io.j8s.certs.ServiceAccountKeys;
import io.j8s.certs.ServingNames;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

/// What `j8s apiserver`'s flags say, checked as upstream checks them, with the files that they name
/// read. Used by one thread.
final class ApiServerOptions {

    private final ParseResult given;
    private final Instant now;

    ApiServerOptions(ParseResult given, Instant now) {
        this.given = given;
        this.now = now;
    }

    UpConfig.StorageConfig.Etcd storage() throws CommandException {
        var servers = ApiServerFlags.ETCD_SERVERS.in(given);
        if (servers.isEmpty()) {
            throw CommandException.usage("--etcd-servers must be specified");
        }
        if (!ApiServerFlags.STORAGE_BACKEND.in(given).equals("etcd3")) {
            throw CommandException.usage(
                    "--storage-backend invalid, allowed values: etcd3. If not specified, it will"
                            + " default to 'etcd3'");
        }
        return new UpConfig.StorageConfig.Etcd(
                servers,
                SharedFlags.ETCD_CAFILE.path(given),
                SharedFlags.ETCD_CERTFILE.path(given),
                SharedFlags.ETCD_KEYFILE.path(given),
                SharedFlags.ETCD_PREFIX.in(given));
    }

    ApiServerConfig server() throws CommandException {
        try {
            return checked();
        } catch (IOException e) {
            throw new CommandException("cannot read what a flag names: " + e.getMessage(), e);
        }
    }

    private ApiServerConfig checked() throws CommandException, IOException {
        if (!ApiServerFlags.ALLOW_PRIVILEGED.in(given)) {
            throw CommandException.usage("--allow-privileged=false is not supported");
        }
        UpConfig.checkFeatureGates(given);
        int port = UpConfig.port(ApiServerFlags.SECURE_PORT, given);
        if (port == 0) {
            throw CommandException.usage(
                    "--secure-port 0 must be between 1 and 65535, inclusive. It cannot be turned"
                            + " off with 0");
        }
        var bind = UpConfig.address(SharedFlags.BIND_ADDRESS, given).orElse("0.0.0.0");
        var advertised = advertised(bind);
        var cidrs =
                UpConfig.checkedCidrs(
                        ApiServerFlags.SERVICE_CLUSTER_IP_RANGE.name(),
                        ApiServerFlags.SERVICE_CLUSTER_IP_RANGE.in(given));
        var clientCa = text(SharedFlags.CLIENT_CA_FILE);
        var clients = certificates(SharedFlags.CLIENT_CA_FILE, clientCa);
        var access = access(clients, advertised, port);
        return new ApiServerConfig(
                bind,
                port,
                advertised,
                cidrs,
                nodePorts(),
                UpConfig.runtimeConfig(given),
                serving(bind, advertised, cidrs),
                named(clients, access.frontProxy()),
                kubelets(),
                access,
                clientCa.orElse(""),
                Set.copyOf(ApiServerFlags.ENABLE_ADMISSION.in(given)),
                Set.copyOf(ApiServerFlags.DISABLE_ADMISSION.in(given)),
                new Inflight(
                        ApiServerFlags.MAX_REQUESTS.in(given),
                        ApiServerFlags.MAX_MUTATING_REQUESTS.in(given)),
                false,
                Flag.valuesOf(given));
    }

    private String advertised(String bind) throws CommandException {
        var wanted = UpConfig.address(ApiServerFlags.ADVERTISE_ADDRESS, given);
        // upstream: what is bound to loopback is advertised at the default route's address too
        var bound = InetAddress.ofLiteral(bind);
        boolean isForOthers = !bound.isAnyLocalAddress() && !bound.isLoopbackAddress();
        return wanted.or(() -> isForOthers ? Optional.of(bind) : Optional.empty())
                .or(HostAddresses::ofDefaultRoute)
                .orElseThrow(() ->
                        CommandException.usage(
                                "this machine has no default route: give --advertise-address"));
    }

    private PortRange nodePorts() throws CommandException {
        try {
            return PortRange.parse(ApiServerFlags.SERVICE_NODE_PORT_RANGE.in(given));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--service-node-port-range: " + e.getMessage());
        }
    }

    private AccessConfig access(List<X509Certificate> clients, String advertised, int port)
            throws CommandException, IOException {
        var issuers = issuers();
        var audiences = ApiServerFlags.API_AUDIENCES.in(given);
        var modes = modes();
        return new AccessConfig(
                clients,
                frontProxy(clients),
                serviceAccountKeys(),
                issuers,
                audiences.isEmpty() ? issuers : audiences,
                ApiServerFlags.SERVICE_ACCOUNT_JWKS_URI
                        .given(given)
                        .orElseGet(() -> AccessConfig.jwksUri(advertised, port)),
                ApiServerFlags.BOOTSTRAP_TOKENS.in(given),
                // upstream: anonymous is never allowed everything
                ApiServerFlags.ANONYMOUS_AUTH.in(given)
                        && !modes.contains(AuthorizationMode.ALWAYS_ALLOW),
                modes);
    }

    private List<String> issuers() throws CommandException {
        var issuers = ApiServerFlags.SERVICE_ACCOUNT_ISSUER.in(given);
        if (issuers.isEmpty()) {
            throw CommandException.usage("service-account-issuer is a required flag");
        }
        for (var issuer : issuers) {
            if (issuer.contains(":")) {
                try {
                    var _ = new URI(issuer);
                } catch (URISyntaxException e) {
                    throw CommandException.usage(
                            "service-account-issuer \"%s\" contained a ':' but was not a valid URL"
                                    .formatted(issuer));
                }
            }
        }
        return issuers;
    }

    private List<AuthorizationMode> modes() throws CommandException {
        var out = new ArrayList<AuthorizationMode>();
        for (var word : ApiServerFlags.AUTHORIZATION_MODE.in(given)) {
            var mode = AuthorizationMode.of(word);
            if (mode.isEmpty()) {
                throw CommandException.usage(
                        "authorization-mode \"%s\" is not a valid mode".formatted(word));
            }
            if (out.contains(mode.get())) {
                throw CommandException.usage(
                        "authorization-mode \"%s\" has mode specified more than once"
                                .formatted(word));
            }
            out.add(mode.get());
        }
        if (out.isEmpty()) {
            throw CommandException.usage("at least one authorization-mode must be passed");
        }
        return out;
    }

    private ServiceAccountKeys serviceAccountKeys() throws CommandException, IOException {
        var signer = ApiServerFlags.SERVICE_ACCOUNT_SIGNING_KEY.path(given);
        if (signer.isEmpty()) {
            throw CommandException.usage(
                    "--service-account-signing-key-file and --service-account-issuer are required"
                            + " flags");
        }
        var files = new ArrayList<>(ApiServerFlags.SERVICE_ACCOUNT_KEYS.paths(given));
        if (files.isEmpty()) {
            SharedFlags.TLS_PRIVATE_KEY_FILE.path(given).ifPresent(files::add);
        }
        try {
            var trusted = new ArrayList<String>();
            for (var file : files) {
                trusted.add(Files.readString(file));
            }
            return ServiceAccountKeys.of(Files.readString(signer.get()), trusted);
        } catch (GeneralSecurityException e) {
            throw CommandException.usage(
                    "--service-account-signing-key-file %s with --service-account-key-file: %s"
                            .formatted(signer.get(), e.getMessage()));
        }
    }

    private @Nullable FrontProxy frontProxy(List<X509Certificate> clients)
            throws CommandException, IOException {
        var pem = text(SharedFlags.REQUESTHEADER_CLIENT_CA_FILE);
        if (pem.isEmpty()) {
            return null;
        }
        var authorities = certificates(SharedFlags.REQUESTHEADER_CLIENT_CA_FILE, pem);
        var names = SharedFlags.REQUESTHEADER_ALLOWED_NAMES.in(given);
        if (names.isEmpty() && authorities.stream().anyMatch(clients::contains)) {
            throw CommandException.usage(
                    "--requestheader-client-ca-file and --client-ca-file contain overlapping"
                            + " certificates; --requestheader-allowed-names must be specified to"
                            + " ensure regular client certificates cannot set authenticating proxy"
                            + " headers for arbitrary users");
        }
        return new FrontProxy(
                authorities,
                names,
                SharedFlags.REQUESTHEADER_USERNAME_HEADERS.in(given),
                SharedFlags.REQUESTHEADER_UID_HEADERS.in(given),
                SharedFlags.REQUESTHEADER_GROUP_HEADERS.in(given),
                SharedFlags.REQUESTHEADER_EXTRA_PREFIX.in(given));
    }

    private static List<X509Certificate> named(
            List<X509Certificate> clients, @Nullable FrontProxy frontProxy) {
        var out = new ArrayList<>(clients);
        if (frontProxy != null) {
            out.addAll(frontProxy.authorities());
        }
        return out;
    }

    private SSLContext kubelets() throws CommandException, IOException {
        var own = pair(ApiServerFlags.KUBELET_CERTIFICATE, ApiServerFlags.KUBELET_KEY);
        var authorities = certificates(ApiServerFlags.KUBELET_CA, text(ApiServerFlags.KUBELET_CA));
        try {
            var credential = own.map(Supplier::get).orElse(null);
            return authorities.isEmpty()
                    ? ClientTls.unverified(credential)
                    : ClientTls.context(authorities, credential);
        } catch (GeneralSecurityException e) {
            throw CommandException.usage("--kubelet-client-certificate: " + e.getMessage());
        }
    }

    /// Upstream: a server that is told no certificate makes one for itself.
    private Supplier<Credential> serving(String bind, String advertised, List<String> cidrs)
            throws CommandException, IOException {
        var named = pair(SharedFlags.TLS_CERT_FILE, SharedFlags.TLS_PRIVATE_KEY_FILE);
        if (named.isPresent()) {
            return named.get();
        }
        var directory = Path.of(ApiServerFlags.CERT_DIR.in(given)).toAbsolutePath();
        var certificate = directory.resolve("apiserver.crt");
        var key = directory.resolve("apiserver.key");
        try {
            if (!Files.exists(certificate) || !Files.exists(key)) {
                var addresses = cidrs.stream().map(cidr -> Cidr.parse(cidr).address(1)).toList();
                var names =
                        ServingNames.of(
                                UpConfig.hostName(),
                                List.of(bind, advertised),
                                addresses,
                                "",
                                List.of());
                var made =
                        CertificateAuthority.create(advertised + "-ca", now)
                                .issue(CertificateSpec.server(advertised, names), now);
                PrivateFiles.write(key, made.keyPem());
                PrivateFiles.write(certificate, made.certificatePem());
            }
            return new CredentialFiles(certificate, key);
        } catch (GeneralSecurityException e) {
            throw CommandException.usage("--cert-dir " + directory + ": " + e.getMessage());
        }
    }

    private Optional<Supplier<Credential>> pair(Flag<String> certificate, Flag<String> key)
            throws CommandException, IOException {
        return FileFlags.pair(certificate, key, given);
    }

    private Optional<String> text(Flag<String> flag) throws IOException {
        return FileFlags.text(flag, given);
    }

    private static List<X509Certificate> certificates(Flag<String> flag, Optional<String> pem)
            throws CommandException {
        return FileFlags.certificates(flag, pem);
    }
}
