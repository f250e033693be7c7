package io.j8s.controllers.auth;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

import java.util.List;
import java.util.Map;

/// Keeps the ConfigMap `kube-root-ca.crt` in every namespace: what pods verify the API server with.
public final class RootCaPublisher implements Controller {

    private static final String NAME = "kube-root-ca.crt";
    private static final String DESCRIPTION_KEY = "kubernetes.io/description";
    private static final String DESCRIPTION =
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal"
                    + " endpoints such as the internal service IP or kubernetes.default.svc. No"
                    + " other usage is guaranteed across distributions of Kubernetes clusters.";

    private final Api api;
    private final Map<String, String> data;
    private final Informer<Namespace> namespaces;
    private final Informer<ConfigMap> configMaps;
    private final List<ControllerLoop<?>> loops;
    private final Timers timers;
    private final Counter syncs;
    private final Histogram syncSeconds;

    public RootCaPublisher(ControllerContext context) {
        this.api = context.api();
        this.data = Map.of("ca.crt", context.config().rootCa());
        this.namespaces = context.informer(Kinds.NAMESPACES);
        this.configMaps = context.informer(Kinds.CONFIG_MAPS);
        this.timers = context.timers();
        var measures = context.measures();
        var help = "Number of namespace syncs happened in root ca cert publisher.";
        this.syncs = measures.counter(ALPHA, "root_ca_cert_publisher_sync_total", help, "code");
        this.syncSeconds =
                measures.histogram(
                        ALPHA,
                        "root_ca_cert_publisher_sync_duration_seconds",
                        help,
                        Measures.powers(0.001, 2, 15),
                        "code");
        var queue = context.queue("root_ca_cert_publisher");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        namespaces.onChange((_, after) -> {
            if (after != null && !Meta.isTerminating(after)) {
                queue.add(Meta.key(after));
            }
        });
        configMaps.onChange((before, after) -> {
            if (before != null && Meta.name(before).equals(NAME)) {
                queue.add(ObjectKey.clusterScoped(Meta.namespace(before)));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    Outcome reconcile(ObjectKey key) {
        long began = timers.nanoTime();
        var code = "500";
        try {
            publish(key);
            code = "200";
            return Outcome.DONE;
        } catch (StatusException refused) {
            code = Integer.toString(refused.code());
            throw refused;
        } finally {
            syncSeconds.labelValues(code).observe((timers.nanoTime() - began) / 1e9);
            syncs.labelValues(code).inc();
        }
    }

    private void publish(ObjectKey key) {
        var namespace = namespaces.get(key);
        if (namespace.isEmpty() || Meta.isTerminating(namespace.get())) {
            return;
        }
        var found = configMaps.get(new ObjectKey(key.name(), NAME));
        if (found.isEmpty()) {
            create(key.name());
        } else if (!isCurrent(found.get())) {
            api.update(
                    Kinds.CONFIG_MAPS,
                    new ConfigMapBuilder(found.get())
                            .editMetadata()
                            .addToAnnotations(DESCRIPTION_KEY, DESCRIPTION)
                            .endMetadata()
                            .withData(data)
                            .build());
        }
    }

    private boolean isCurrent(ConfigMap map) {
        return data.equals(map.getData())
                && !Meta.orEmpty(Meta.annotations(map).get(DESCRIPTION_KEY)).isEmpty();
    }

    private void create(String namespace) {
        try {
            api.create(
                    Kinds.CONFIG_MAPS,
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName(NAME)
                            .addToAnnotations(DESCRIPTION_KEY, DESCRIPTION)
                            .endMetadata()
                            .withData(data)
                            .build());
        } catch (StatusException refused) {
            if (!refused.isAlreadyExists()
                    && !refused.isNotFound()
                    && !refused.isNamespaceTerminating()) {
                throw refused;
            }
        }
    }
}
