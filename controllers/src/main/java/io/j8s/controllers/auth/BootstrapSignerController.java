package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.j8s.certs.BootstrapToken;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Signs `kube-public/cluster-info` with every bootstrap token, so that a machine that has one can
/// trust what it reads there (upstream: `pkg/controller/bootstrap/bootstrapsigner`).
public final class BootstrapSignerController implements Controller {

    private static final ObjectKey CLUSTER_INFO = new ObjectKey("kube-public", "cluster-info");
    private static final String CONTENT = "kubeconfig";
    private static final String SIGNATURE = "jws-kubeconfig-";

    private final Api api;
    private final Timers timers;
    private final Informer<Secret> tokens;
    private final Informer<ConfigMap> configMaps;
    private final List<ControllerLoop<?>> loops;

    public BootstrapSignerController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.tokens =
                context.informer(Kinds.SECRETS, TokenSecrets.NAMESPACE, TokenSecrets.SELECTOR);
        this.configMaps = context.informer(Kinds.CONFIG_MAPS);
        var queue = context.queue("bootstrap_signer_queue");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        tokens.onChange((_, _) -> queue.add(CLUSTER_INFO));
        configMaps.onChange((_, after) -> {
            if (after != null && Meta.key(after).equals(CLUSTER_INFO)) {
                queue.add(CLUSTER_INFO);
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    Outcome reconcile(ObjectKey key) {
        var found = configMaps.get(key);
        if (found.isEmpty() || found.get().getData() == null) {
            return Outcome.DONE;
        }
        var usable =
                tokens.list().stream()
                        .flatMap(secret -> TokenSecrets.forSigning(secret, timers.now()).stream())
                        .toList();
        var wanted = signed(found.get().getData(), usable);
        if (!wanted.equals(found.get().getData())) {
            try {
                api.update(
                        Kinds.CONFIG_MAPS,
                        new ConfigMapBuilder(found.get()).withData(wanted).build());
            } catch (StatusException refused) {
                if (!refused.isNotFound()) {
                    throw refused;
                }
            }
        }
        return Outcome.DONE;
    }

    /// Pure: the same data with exactly one signature a token; unchanged when there is nothing to
    /// sign.
    static Map<String, String> signed(Map<String, String> data, List<BootstrapToken> tokens) {
        var content = data.get(CONTENT);
        if (content == null) {
            return data;
        }
        var out = new TreeMap<>(data);
        out.keySet().removeIf(name -> name.startsWith(SIGNATURE));
        tokens.forEach(token -> out.put(SIGNATURE + token.id(), token.sign(content)));
        return out;
    }
}
