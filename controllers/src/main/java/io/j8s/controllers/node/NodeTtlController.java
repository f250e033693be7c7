package io.j8s.controllers.node;

import io.fabric8.kubernetes.api.model.Node;
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

import java.util.List;

/// Tells kubelets how long they may keep secrets and config maps, the longer the more nodes there
/// are (upstream: `pkg/controller/ttl`).
public final class NodeTtlController implements Controller {

    private static final String ANNOTATION = "node.alpha.kubernetes.io/ttl";

    /// Upstream's steps: up to `most` nodes the TTL is `seconds`; it falls back below `least`.
    private record Step(int least, int most, int seconds) {}

    private static final List<Step> STEPS =
            List.of(
                    new Step(0, 100, 0),
                    new Step(90, 500, 15),
                    new Step(450, 1000, 30),
                    new Step(900, 2000, 60),
                    new Step(1800, Integer.MAX_VALUE, 300));

    private final Api api;
    private final Informer<Node> nodes;
    private final List<ControllerLoop<?>> loops;
    private int step;

    public NodeTtlController(ControllerContext context) {
        this.api = context.api();
        this.nodes = context.informer(Kinds.NODES);
        var queue = context.queue("ttlcontroller");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        nodes.onChange((before, after) -> {
            if ((before == null) != (after == null)) {
                adjust();
            }
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private synchronized void adjust() {
        int count = nodes.list().size();
        if (count > STEPS.get(step).most) {
            step++;
        } else if (count < STEPS.get(step).least) {
            step--;
        }
    }

    private synchronized String seconds() {
        return Integer.toString(STEPS.get(step).seconds);
    }

    Outcome reconcile(ObjectKey key) {
        var node = nodes.get(key);
        if (node.isEmpty() || seconds().equals(Meta.annotations(node.get()).get(ANNOTATION))) {
            return Outcome.DONE;
        }
        try {
            api.patch(
                    Kinds.NODES,
                    key,
                    Api.Patch.strategic(
                            "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}"
                                    .formatted(ANNOTATION, seconds())));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
        return Outcome.DONE;
    }
}
