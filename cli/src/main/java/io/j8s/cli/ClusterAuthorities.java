package io.j8s.cli;

import io.j8s.apiserver.access.authn.FrontProxy;
import io.j8s.certs.Pem;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Whose certificates a component believes: what its flags say, else what the API server tells in
/// the ConfigMap `extension-apiserver-authentication`, read again each minute when somebody asks.
/// Safe for use by many threads.
final class ClusterAuthorities {

    private static final Logger log = LoggerFactory.getLogger(ClusterAuthorities.class);
    private static final ObjectKey TOLD =
            new ObjectKey("kube-system", "extension-apiserver-authentication");
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final JsonMapper JSON = new JsonMapper();

    /// @param frontProxy null when none is believed
    record Known(List<X509Certificate> clients, @Nullable FrontProxy frontProxy) {
        static final Known NOTHING = new Known(List.of(), null);

        Known {
            clients = List.copyOf(clients);
        }

        /// Flags go before what the cluster says.
        Known or(Known other) {
            return new Known(
                    clients.isEmpty() ? other.clients : clients,
                    frontProxy == null ? other.frontProxy : frontProxy);
        }
    }

    private final Known byFlags;
    private final @Nullable Api api;
    private final Timers timers;
    private Known byCluster = Known.NOTHING;
    private long readNanos;

    /// @param api null when the cluster is not to be asked
    ClusterAuthorities(Known byFlags, @Nullable Api api, Timers timers) {
        this.byFlags = byFlags;
        this.api = api;
        this.timers = timers;
    }

    synchronized Known known() {
        if (api != null && timers.nanoTime() - readNanos >= KEPT.toNanos()) {
            try {
                read();
            } catch (CommandException failed) {
                log.atWarn().addKeyValue("cause", failed.getMessage()).log("old authorities stay");
                readNanos = timers.nanoTime();
            }
        }
        return byFlags.or(byCluster);
    }

    /// Reads what the cluster says now.
    synchronized void read() throws CommandException {
        var server = api;
        if (server == null) {
            return;
        }
        try {
            var data = server.get(Kinds.CONFIG_MAPS, TOLD).getData();
            byCluster = known(data == null ? Map.of() : data);
            readNanos = timers.nanoTime();
        } catch (StatusException
                | UncheckedIOException
                | GeneralSecurityException
                | JacksonException failed) {
            throw new CommandException(
                    "unable to get configmap/%s in %s: %s; give --client-ca-file, or bind the role \"%s\" to whom --authentication-kubeconfig names"
                            .formatted(
                                    TOLD.name(),
                                    TOLD.namespace(),
                                    failed.getMessage(),
                                    "extension-apiserver-authentication-reader"),
                    failed);
        }
    }

    /// Pure.
    static Known known(Map<String, String> data) throws GeneralSecurityException {
        var clients = Pem.readCertificates(data.getOrDefault("client-ca-file", ""));
        var proxies = Pem.readCertificates(data.getOrDefault("requestheader-client-ca-file", ""));
        return new Known(
                clients,
                proxies.isEmpty()
                        ? null
                        : new FrontProxy(
                                proxies,
                                list(data, "requestheader-allowed-names"),
                                list(data, "requestheader-username-headers"),
                                list(data, "requestheader-uid-headers"),
                                list(data, "requestheader-group-headers"),
                                list(data, "requestheader-extra-headers-prefix")));
    }

    private static List<String> list(Map<String, String> data, String name) {
        var text = data.getOrDefault(name, "");
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(JSON.readValue(text, String[].class)).toList();
    }
}
