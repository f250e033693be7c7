package io.j8s.apiserver.metrics;

import io.j8s.apiserver.chain.Observer;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.UserInfo;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

/// Counts requests by who sends them, which upstream's metrics do not tell: it shows what keeps an
/// idle cluster busy. Only the cluster's own parts have names of their own, so that users cannot
/// make labels. Any thread.
public final class ClientMetrics implements Observer {

    private static final String KUBE_SYSTEM = "system:serviceaccount:kube-system:";

    private final Counter requests;

    public ClientMetrics(PrometheusRegistry registry) {
        requests =
                Counter.builder()
                        .name("j8s_client_requests_total")
                        .help("Counter of requests by part of the cluster, verb and resource.")
                        .labelNames("client", "verb", "resource", "subresource")
                        .register(registry);
    }

    @Override
    public @Nullable Runnable began(RequestContext context, Exchange exchange) {
        var info = context.info();
        requests.labelValues(
                        client(context.user()), info.verb(), info.resource(), info.subresource())
                .inc();
        return null;
    }

    private static String client(UserInfo user) {
        if (user.isInGroup("system:nodes")) {
            return "system:node";
        }
        var name = user.name();
        boolean isPart =
                name.startsWith(KUBE_SYSTEM)
                        || name.startsWith("system:kube-")
                        || name.equals("system:apiserver");
        return isPart ? name : "other";
    }
}
