package io.j8s.nodeagent.probes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.j8s.nodeagent.core.Expansion;
import io.j8s.nodeagent.cri.ContainerRuntime;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// Chooses the handler that a probe's spec names.
final class ProbeHandlers {

    private static final SSLSocketFactory TRUSTING_ALL = trustingAll();

    private ProbeHandlers() {}

    static ProbeHandler of(
            ContainerRuntime runtime,
            Container container,
            Probe probe,
            String containerId,
            String podIp)
            throws IOException {
        if (probe.getExec() != null) {
            var variables = plainVariables(container);
            return new ExecProbe(
                    runtime,
                    containerId,
                    probe.getExec().getCommand().stream()
                            .map(word -> Expansion.expand(word, variables))
                            .toList());
        }
        if (probe.getHttpGet() != null) {
            var get = probe.getHttpGet();
            return http(
                    container,
                    get.getScheme(),
                    get.getHost(),
                    get.getPort(),
                    get.getPath(),
                    get.getHttpHeaders(),
                    podIp);
        }
        if (probe.getTcpSocket() != null) {
            var host = probe.getTcpSocket().getHost();
            return new TcpProbe(
                    host == null || host.isEmpty() ? podIp : host,
                    port(container, probe.getTcpSocket().getPort()));
        }
        if (probe.getGrpc() != null) {
            var service = probe.getGrpc().getService();
            return new GrpcProbe(podIp, probe.getGrpc().getPort(), service == null ? "" : service);
        }
        throw new IOException("missing probe handler for " + container.getName());
    }

    /// upstream: only what stands in the spec itself is known to probes
    private static Map<String, String> plainVariables(Container container) {
        var variables = new LinkedHashMap<String, String>();
        container
                .getEnv()
                .forEach(variable ->
                        variables.put(
                                variable.getName(),
                                variable.getValue() == null ? "" : variable.getValue()));
        return variables;
    }

    static HttpProbe http(
            Container container,
            @org.jspecify.annotations.Nullable String scheme,
            @org.jspecify.annotations.Nullable String host,
            IntOrString port,
            @org.jspecify.annotations.Nullable String path,
            List<HTTPHeader> headers,
            String podIp)
            throws IOException {
        return new HttpProbe(
                "HTTPS".equalsIgnoreCase(scheme),
                host == null || host.isEmpty() ? podIp : host,
                port(container, port),
                path == null ? "/" : path,
                lowerCase(headers),
                TRUSTING_ALL);
    }

    private static Map<String, String> lowerCase(List<HTTPHeader> headers) {
        var map = new LinkedHashMap<String, String>();
        headers.forEach(header ->
                map.put(
                        header.getName().toLowerCase(Locale.ROOT),
                        header.getValue() == null ? "" : header.getValue()));
        return map;
    }

    /// A number, or the name of one of the container's ports.
    private static int port(Container container, IntOrString port) throws IOException {
        if (port.getIntVal() != null) {
            return port.getIntVal();
        }
        for (var known : container.getPorts()) {
            if (port.getStrVal().equals(known.getName())) {
                return known.getContainerPort();
            }
        }
        try {
            return Integer.parseInt(port.getStrVal());
        } catch (NumberFormatException e) {
            throw new IOException("couldn't find port " + port.getStrVal(), e);
        }
    }

    private static SSLSocketFactory trustingAll() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustingAll()}, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /// A probe asks whether somebody answers, not who.
    private static final class TrustingAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
