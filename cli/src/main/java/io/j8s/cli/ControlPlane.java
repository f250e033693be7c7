package io.j8s.cli;

import io.j8s.apiserver.ApiServer;
import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.chain.Inflight;
import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.http.HttpConfig;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.resources.Resources;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.table.Tables;
import io.j8s.certs.Pki;
import io.j8s.certs.ServerTls;
import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Store;

import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;

/// The API server over a store that it does not own. Dependencies are read top to bottom; closing
/// goes the other way. Constructed, started and closed by one thread.
final class ControlPlane implements AutoCloseable {

    private final ApiState state;
    private final ApiServer server;

    ControlPlane(UpConfig config, Pki pki, Store store, Timers timers)
            throws GeneralSecurityException {
        var schema = Schema.load();
        state =
                new ApiState(
                        new ApiState.Source(
                                store,
                                timers,
                                schema,
                                Resources.all(),
                                new Tables(schema),
                                ApiTable.Version::servedByDefault));
        var policy = BootstrapPolicy.load();
        var issuer = "https://kubernetes.default.svc." + config.clusterDomain();
        var access = Access.of(pki, policy, state.lookup(), issuer, timers);
        var tls = ServerTls.context(pki::serving, pki.authorities());
        server =
                new ApiServer(
                        HttpConfig.of(
                                new InetSocketAddress(config.bindAddress(), config.port()), tls),
                        state,
                        new ApiServer.Parts(
                                List.of(access.authenticator()),
                                access.impersonation(),
                                access.authorizer(),
                                List.of(state.routes()),
                                Map.of(),
                                Inflight.standard(),
                                Observer.NONE),
                        timers);
    }

    void start() {
        state.start();
        server.start();
    }

    /// The port that is listened on, also when a free one was asked for.
    int port() {
        return server.address().getPort();
    }

    @Override
    public void close() {
        server.close();
        state.close();
    }
}
