package io.j8s.apiserver.proxy;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.certs.ClientTls;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

/// Finds who passes a request on: logs and streams of pods by their node's agent, and the `proxy`
/// paths of pods, services and nodes.
public final class ProxyRoutes implements Routes {

    private static final GroupResource PODS = new GroupResource("", "pods");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Lookup lookup;
    private final NodeAddresses nodes;
    private final Forwarding forwarding;
    private final SSLContext unverified;
    private final Predicate<InetAddress> isAllowed;

    /// @param agents TLS to the nodes' agents, with the certificate that they know this server by
    /// @param workers virtual threads
    public ProxyRoutes(ApiState state, SSLContext agents, ExecutorService workers) {
        this(state, agents, workers, GlobalUnicast::contains);
    }

    /// The same with other addresses that `proxy` paths of pods and nodes may lead to.
    public ProxyRoutes(
            ApiState state,
            SSLContext agents,
            ExecutorService workers,
            Predicate<InetAddress> isAllowed) {
        this.isAllowed = isAllowed;
        this.lookup = state.lookup();
        this.nodes = new NodeAddresses(lookup, agents);
        this.unverified = unverified();
        this.forwarding = new Forwarding(state.serving().answers(), workers);
    }

    @Override
    public @Nullable Endpoint find(RequestInfo info, Exchange exchange) {
        if (!info.isResourceRequest() || !info.group().isEmpty()) {
            return null;
        }
        return switch (info.resource() + "/" + info.subresource()) {
            case "pods/log" ->
                    new Passing(
                            this::podLog,
                            (from, to) -> forwarding.forwardLog(from, to, info.name()));
            case "pods/exec", "pods/attach", "pods/portforward" ->
                    new Passing(this::podStream, forwarding::forward);
            case "pods/proxy" -> throughProxy(this::podProxy);
            case "services/proxy" -> throughProxy(this::serviceProxy);
            case "nodes/proxy" -> throughProxy(this::nodeProxy);
            default -> null;
        };
    }

    /// Says where a request goes; null when there is nothing to say yet (upstream: a pod without a
    /// node has no log, which is no failure).
    @FunctionalInterface
    private interface Target {
        @Nullable Backend of(RequestInfo info, Exchange exchange);
    }

    private record Passing(
            Target target, BiConsumer<Exchange, Supplier<Optional<Backend>>> forwarding)
            implements Endpoint {

        @Override
        public boolean isLongRunning() {
            return true;
        }

        @Override
        public void handle(Exchange exchange, RequestContext context) {
            forwarding.accept(
                    exchange, () -> Optional.ofNullable(target.of(context.info(), exchange)));
        }
    }

    private Tree pod(RequestInfo info, String name) {
        return Fresh.object(lookup, PODS, new ObjectKey(info.namespace(), name));
    }

    private @Nullable Backend podLog(RequestInfo info, Exchange exchange) {
        LogOptions.check(exchange.query(), info.name());
        return podStream(info, exchange);
    }

    private @Nullable Backend podStream(RequestInfo info, Exchange exchange) {
        Tree pod = pod(info, info.name());
        String path = PodStreams.path(pod, info.subresource(), exchange.query());
        String node = pod.string("spec.nodeName", "");
        boolean isLog = info.subresource().equals("log");
        if (!node.isEmpty()) {
            var agent = nodes.agent(node, 0, path, null);
            if (!isLog && !Forwarding.isUpgrade(exchange)) {
                throw new ApiException(new ApiError.BadRequest("Upgrade request required"));
            }
            return agent;
        }
        if (isLog) {
            return null;
        }
        throw new ApiException(
                new ApiError.BadRequest("pod " + info.name() + " does not have a host assigned"));
    }

    /// What the backend answers leads back through here.
    private Endpoint throughProxy(Target target) {
        Target proxied =
                (info, exchange) -> {
                    var backend = target.of(info, exchange);
                    String host = exchange.header("Host");
                    return backend == null
                            ? null
                            : backend.behind(prefix(info, exchange), host == null ? "" : host);
                };
        return new Passing(proxied, forwarding::forward);
    }

    private static String prefix(RequestInfo info, Exchange exchange) {
        String path = exchange.path();
        String rest = rest(info, exchange);
        return path.endsWith(rest) ? path.substring(0, path.length() - rest.length()) : path;
    }

    private static SSLContext unverified() {
        try {
            return ClientTls.unverified(null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    // upstream: certificates of pods and services name no address, so nobody can verify them
    private @Nullable SSLContext tls(ProxyName named) {
        return named.isTls() ? unverified : null;
    }

    private Backend podProxy(RequestInfo info, Exchange exchange) {
        var named = ProxyName.parse("pod", info.name());
        Tree pod = pod(info, named.name());
        String ip = pod.string("status.podIP", "");
        requireAllowed(ip);
        int port = named.port().isEmpty() ? firstPort(pod, named.isTls()) : named.portNumber();
        return new Backend(ip, port, tls(named), path(info, exchange));
    }

    /// Whoever may write a pod's status must not lead this server to itself.
    private void requireAllowed(String ip) {
        boolean isGood;
        try {
            isGood = isAllowed.test(InetAddress.ofLiteral(ip));
        } catch (IllegalArgumentException _) {
            isGood = false;
        }
        if (!isGood) {
            throw new ApiException(new ApiError.BadRequest("address not allowed"));
        }
    }

    private static int firstPort(Tree pod, boolean isTls) {
        for (var container : pod.trees("spec.containers")) {
            for (var port : container.trees("ports")) {
                return port.intValue("containerPort", 0);
            }
        }
        return isTls ? 443 : 80;
    }

    private Backend nodeProxy(RequestInfo info, Exchange exchange) {
        var named = ProxyName.parse("node", info.name());
        var backend =
                nodes.agent(
                        named.name(),
                        named.port().isEmpty() ? 0 : named.portNumber(),
                        path(info, exchange),
                        tls(named));
        requireAllAllowed(backend.host());
        return backend;
    }

    /// A name is allowed when all its addresses are.
    private void requireAllAllowed(String host) {
        try {
            for (var address : InetAddress.getAllByName(host)) {
                if (!isAllowed.test(address)) {
                    throw new ApiException(new ApiError.BadRequest("address not allowed"));
                }
            }
        } catch (UnknownHostException _) {
            throw new ApiException(new ApiError.BadRequest("lookup " + host + ": no such host"));
        }
    }

    private Backend serviceProxy(RequestInfo info, Exchange exchange) {
        var named = ProxyName.parse("service", info.name());
        var endpoint =
                new ServiceEndpoints(lookup).one(info.namespace(), named.name(), named.port());
        return new Backend(endpoint.host(), endpoint.port(), tls(named), path(info, exchange));
    }

    /// The query goes on as it came; the path is escaped anew, as Go does (`URL.EscapedPath`).
    private static String path(RequestInfo info, Exchange exchange) {
        String query = exchange.query().raw();
        return escaped(rest(info, exchange)) + (query.isEmpty() ? "" : "?" + query);
    }

    private static String escaped(String path) {
        var escaped = new StringBuilder(path.length());
        for (byte one : path.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain =
                    (one >= 'a' && one <= 'z')
                            || (one >= 'A' && one <= 'Z')
                            || (one >= '0' && one <= '9')
                            || "-_.~$&+,/:;=@".indexOf(one) >= 0;
            if (isPlain) {
                escaped.append((char) one);
            } else {
                escaped.append('%').append(HEX.toHexDigits(one));
            }
        }
        return escaped.toString();
    }

    private static String rest(RequestInfo info, Exchange exchange) {
        boolean isDirectory = exchange.path().endsWith("/") && !info.rest().isEmpty();
        return "/" + info.rest() + (isDirectory ? "/" : "");
    }
}
