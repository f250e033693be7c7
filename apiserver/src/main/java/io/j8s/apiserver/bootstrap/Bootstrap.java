package io.j8s.apiserver.bootstrap;

import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.bootstrap.RbacReconciliation.Task;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.registry.Writer;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.certs.Kubeconfig;
import io.j8s.certs.Pem;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.quantity.Timestamps;
import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Store;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Makes the objects that every cluster has, and keeps those current that tell of living API
/// servers. [#run] returns when DESIGN.md's "ready" objects stand; it may run on each start.
public final class Bootstrap implements AutoCloseable {

    /// The identity of the API server's own writes.
    public static final UserInfo SELF = Ensure.SELF;

    private static final Logger log = LoggerFactory.getLogger(Bootstrap.class);
    private static final String OBJECTS = "/io/j8s/apiserver/bootstrap/objects.jsonl";
    private static final Duration REFRESH = Duration.ofSeconds(10); // upstream: EndpointInterval
    private static final int AT_ONCE_MAX = 32;
    private static final GroupVersionResource CONFIG_MAPS =
            new GroupVersionResource("", "v1", "configmaps");
    private static final GroupVersionKind CONFIG_MAP = new GroupVersionKind("", "v1", "ConfigMap");
    private static final Map<String, GroupVersionResource> RESOURCES =
            Map.of(
                    "Namespace", new GroupVersionResource("", "v1", "namespaces"),
                    "PriorityClass",
                            new GroupVersionResource("scheduling.k8s.io", "v1", "priorityclasses"),
                    "FlowSchema",
                            new GroupVersionResource(
                                    "flowcontrol.apiserver.k8s.io", "v1", "flowschemas"),
                    "PriorityLevelConfiguration",
                            new GroupVersionResource(
                                    "flowcontrol.apiserver.k8s.io",
                                    "v1",
                                    "prioritylevelconfigurations"));

    private final BootstrapConfig config;
    private final BootstrapPolicy policy;
    private final Ensure ensure;
    private final Timers timers;
    private final ExecutorService executor;
    private final ApiServerEndpoints endpoints;
    private final IdentityLease identity;
    private final List<String> firstAddresses;
    private final List<Task> namespaces = new ArrayList<>(); // filled before it is shared
    private volatile boolean isClosed;

    /// @param firstAddresses of the service ranges: the Service `kubernetes` has them
    /// @param executor virtual threads
    public Bootstrap(
            BootstrapConfig config,
            BootstrapPolicy policy,
            List<String> firstAddresses,
            Lookup lookup,
            Writer writer,
            Store store,
            Schema schema,
            Timers timers,
            ExecutorService executor) {
        this.config = config;
        this.policy = policy;
        this.firstAddresses = List.copyOf(firstAddresses);
        this.ensure = new Ensure(lookup, writer, schema);
        this.timers = timers;
        this.executor = executor;
        this.endpoints = new ApiServerEndpoints(config, ensure, store);
        this.identity = new IdentityLease(ensure, timers, config.hostname());
    }

    /// Makes everything and starts to keep it current. Blocks until it stands.
    public void run() throws InterruptedException {
        var rest = new ArrayList<Task>();
        for (var object : objects()) {
            var kind = object.string("kind", "");
            var resource = resource(kind);
            boolean isNamespace = kind.equals("Namespace");
            (isNamespace ? namespaces : rest)
                    .add(() -> ensure.exists(resource, object, found -> specOf(found, object)));
        }
        inParallel(namespaces);
        rest.add(this::serviceNetwork);
        rest.add(this::authenticationConfig);
        if (config.publishesClusterInfo()) {
            rest.add(this::clusterInfo);
        }
        rest.add(this::tokenTracking);
        rest.add(identity::renew);
        rest.addAll(new RbacReconciliation(ensure).tasks(policy));
        rest.addAll(new LocalApiServices(ensure).tasks(config.served()));
        inParallel(rest);
        executor.execute(this::refreshAndRepeat);
    }

    private static GroupVersionResource resource(String kind) {
        var resource = RESOURCES.get(kind);
        if (resource == null) {
            throw new IllegalStateException("bootstrap object of kind " + kind);
        }
        return resource;
    }

    private List<Tree> objects() {
        var out = new ArrayList<Tree>();
        for (var line : lines()) {
            var head = JsonMapper.shared().readTree(line);
            var kind =
                    GroupVersionKind.of(
                            head.get("apiVersion").asString(), head.get("kind").asString());
            out.add(ensure.parse(kind, line));
        }
        return out;
    }

    private static List<String> lines() {
        try (var in = Bootstrap.class.getResourceAsStream(OBJECTS)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + OBJECTS);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Upstream updates flow control's suggested objects as long as they are marked for it.
    static @Nullable Tree specOf(Tree found, Tree wanted) {
        boolean isAuto =
                "true"
                        .equals(
                                found.stringMap("metadata.annotations")
                                        .get("apf.kubernetes.io/autoupdate-spec"));
        return !isAuto || covers(found, wanted) ? null : found.keep("spec", wanted);
    }

    /// Stored objects have defaults that the table lacks, so only what the table says is compared.
    private static boolean covers(Tree found, Tree wanted) {
        return wanted.tree("spec") == null || isPart(wanted.get("spec"), found.get("spec"));
    }

    private static boolean isPart(@Nullable Object part, @Nullable Object whole) {
        if (part instanceof Tree wanted && whole instanceof Tree found) {
            for (var field : wanted.type().fields()) {
                var value = wanted.get(field.name());
                if (value != null && !isPart(value, found.get(field.name()))) {
                    return false;
                }
            }
            return true;
        }
        if (part instanceof TreeList wanted && whole instanceof TreeList found) {
            if (wanted.size() != found.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!isPart(wanted.get(i), found.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return part != null && part.equals(whole);
    }

    /// Cold JVMs gain by both cores, and the store by joining many writes into one fsync.
    private void inParallel(List<Task> tasks) throws InterruptedException {
        var permits = new Semaphore(AT_ONCE_MAX);
        var pending = new ArrayList<Future<?>>();
        for (var task : tasks) {
            permits.acquire();
            pending.add(
                    executor.submit(() -> {
                        try {
                            task.run();
                        } finally {
                            permits.release();
                        }
                        return null;
                    }));
        }
        for (var future : pending) {
            try {
                future.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause
                        ? cause
                        : new IllegalStateException("bootstrap failed", e.getCause());
            }
        }
    }

    private void serviceNetwork() throws InterruptedException {
        var cidrs = new GroupVersionResource("networking.k8s.io", "v1", "servicecidrs");
        var cidr =
                ensure.object(
                        new GroupVersionKind("networking.k8s.io", "v1", "ServiceCIDR"),
                        ObjectKey.clusterScoped("kubernetes"));
        cidr.set("spec.cidrs", config.serviceCidrs());
        ensure.exists(cidrs, cidr, Ensure.Reconcile.NOTHING);
        markReady(cidrs);
        kubernetesService();
        if (config.isReachable()) {
            endpoints.refresh();
        } else {
            // upstream: validation refuses such an endpoint, and the server goes on without
            log.atWarn()
                    .addKeyValue("address", config.advertiseAddress())
                    .log("service kubernetes has no endpoint: pods cannot reach loopback");
        }
    }

    private void markReady(GroupVersionResource cidrs) throws InterruptedException {
        var found =
                ensure.lookup()
                        .getFresh(cidrs.groupResource(), ObjectKey.clusterScoped("kubernetes"))
                        .map(Tree::copy)
                        .orElse(null);
        if (found == null || !found.trees("status.conditions").isEmpty()) {
            return;
        }
        var condition = found.ensureList("status.conditions").addTree();
        condition.set("type", "Ready").set("status", "True").set("reason", "");
        condition.set("message", "Kubernetes default Service CIDR is ready");
        condition.set("lastTransitionTime", Timestamps.truncate(timers.now()));
        ensure.updateStatus(cidrs, found);
    }

    private void kubernetesService() throws InterruptedException {
        var service =
                ensure.object(
                        new GroupVersionKind("", "v1", "Service"),
                        new ObjectKey("default", "kubernetes"));
        service.ensureMap("metadata.labels")
                .put("component", "apiserver")
                .put("provider", "kubernetes");
        service.set("spec.clusterIP", firstAddresses.getFirst());
        service.set("spec.sessionAffinity", "None").set("spec.type", "ClusterIP");
        var port = service.ensureList("spec.ports").addTree();
        port.set("name", "https").set("port", 443L).set("protocol", "TCP");
        port.set("targetPort", (long) config.port());
        ensure.exists(
                new GroupVersionResource("", "v1", "services"),
                service,
                found ->
                        isPart(service.get("spec.ports"), found.get("spec.ports"))
                                ? null
                                : found.keep("spec.ports", service));
    }

    /// Where extension API servers learn whom to trust.
    private void authenticationConfig() throws InterruptedException {
        configMap(
                new ObjectKey("kube-system", "extension-apiserver-authentication"),
                authenticationData());
    }

    private Map<String, String> authenticationData() {
        var data = new LinkedHashMap<String, String>();
        if (!config.authorityPem().isEmpty()) {
            data.put("client-ca-file", config.authorityPem());
        }
        var proxy = config.frontProxy();
        if (proxy != null) {
            data.put("requestheader-client-ca-file", Pem.certificates(proxy.authorities()));
            data.put("requestheader-allowed-names", json(proxy.allowedNames()));
            data.put("requestheader-username-headers", json(proxy.userNames()));
            if (!proxy.uids().isEmpty()) {
                data.put("requestheader-uid-headers", json(proxy.uids()));
            }
            data.put("requestheader-group-headers", json(proxy.groups()));
            data.put("requestheader-extra-headers-prefix", json(proxy.extraPrefixes()));
        }
        return data;
    }

    private static String json(List<String> values) {
        return JsonMapper.shared().writeValueAsString(values);
    }

    /// Where machines that join learn whom to trust; the bootstrap signer signs it.
    private void clusterInfo() throws InterruptedException {
        var kubeconfig =
                new Kubeconfig(
                        "",
                        "",
                        config.server(),
                        config.authorityPem(),
                        new Kubeconfig.Login.None());
        configMap(
                new ObjectKey("kube-public", "cluster-info"),
                Map.of("kubeconfig", kubeconfig.yaml()));
    }

    /// Since when the use of legacy tokens has been tracked: this server has done so from the
    /// start.
    private void tokenTracking() throws InterruptedException {
        var key =
                new ObjectKey(
                        "kube-system", "kube-apiserver-legacy-service-account-token-tracking");
        var wanted = ensure.object(CONFIG_MAP, key);
        wanted.ensureMap("data")
                .put("since", timers.now().atOffset(ZoneOffset.UTC).toLocalDate().toString());
        ensure.exists(CONFIG_MAPS, wanted, Ensure.Reconcile.NOTHING);
    }

    private void configMap(ObjectKey key, Map<String, String> data) throws InterruptedException {
        var wanted = ensure.object(CONFIG_MAP, key).set("data", data);
        ensure.exists(
                CONFIG_MAPS,
                wanted,
                found -> {
                    boolean changed = false;
                    for (var entry : data.entrySet()) {
                        var present = found.ensureMap("data");
                        if (!entry.getValue().equals(present.string(entry.getKey()))) {
                            present.put(entry.getKey(), entry.getValue());
                            changed = true;
                        }
                    }
                    return changed ? found : null;
                });
    }

    private void refreshAndRepeat() {
        timers.schedule(REFRESH, executor, this::refresh);
    }

    private void refresh() {
        if (isClosed) {
            return;
        }
        try {
            // upstream: what somebody deletes of these comes back by itself
            for (var namespace : namespaces) {
                namespace.run();
            }
            kubernetesService();
            if (config.isReachable()) {
                endpoints.refresh();
            }
            identity.renew();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        } catch (RuntimeException e) {
            log.atWarn().setCause(e).log("cannot renew the API server's lease and endpoints");
        }
        if (!isClosed) {
            refreshAndRepeat();
        }
    }

    /// Stops the renewals and takes this server out of the endpoints' leases.
    @Override
    public void close() {
        isClosed = true;
        try {
            endpoints.leave();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
