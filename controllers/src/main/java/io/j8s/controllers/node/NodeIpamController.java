package io.j8s.controllers.node;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Gives each node a range of pod addresses from each cluster range (upstream:
/// `pkg/controller/nodeipam`, the range allocator). What nodes have already is taken, so a restart
/// needs no memory of its own.
public final class NodeIpamController implements Controller {

    private final Api api;
    private final EventRecorder events;
    private final Informer<Node> nodes;
    private final List<CidrRange> ranges;
    private final List<ControllerLoop<?>> loops;
    private final CidrMetrics metrics;

    public NodeIpamController(ControllerContext context) {
        this.api = context.api();
        this.events = context.events();
        this.nodes = context.informer(Kinds.NODES);
        var config = context.config();
        this.ranges =
                config.allocateNodeCidrs()
                        ? config.clusterCidrs().stream()
                                .map(cidr ->
                                        new CidrRange(
                                                cidr,
                                                cidr.contains(":")
                                                        ? config.nodeCidrMaskSizeV6()
                                                        : config.nodeCidrMaskSizeV4()))
                                .toList()
                        : List.of();
        this.metrics = new CidrMetrics(context.measures(), ranges);
        var queue = context.queue("node_ipam");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        nodes.onChange((before, after) -> {
            if (after != null) {
                podCidrs(after).forEach(this::occupy);
                queue.add(Meta.key(after));
            } else if (before != null) {
                podCidrs(before).forEach(this::release);
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private static List<String> podCidrs(Node node) {
        if (node.getSpec() == null) {
            return List.of();
        }
        var list = node.getSpec().getPodCIDRs();
        if (list != null && !list.isEmpty()) {
            return list;
        }
        var single = Meta.orEmpty(node.getSpec().getPodCIDR());
        return single.isEmpty() ? List.of() : List.of(single);
    }

    private void occupy(String cidr) {
        for (var range : ranges) {
            if (range.occupy(cidr)) {
                metrics.allocations(range).inc();
            }
        }
    }

    private void release(String cidr) {
        for (var range : ranges) {
            if (range.release(cidr)) {
                metrics.releases(range).inc();
            }
        }
    }

    Outcome reconcile(ObjectKey key) {
        var node = nodes.get(key);
        if (ranges.isEmpty() || node.isEmpty() || !podCidrs(node.get()).isEmpty()) {
            return Outcome.DONE;
        }
        var taken = new ArrayList<String>();
        for (var range : ranges) {
            var cidr = range.take();
            if (cidr.isEmpty()) {
                taken.forEach(this::release);
                events.normal(
                        node.get(),
                        "CIDRNotAvailable",
                        "Node %s status is now: CIDRNotAvailable".formatted(key.name()));
                throw new StatusException(
                        500,
                        "",
                        "failed to allocate cidr from cluster cidr: CIDR allocation failed; there"
                                + " are no remaining CIDRs left to allocate in the accepted range");
            }
            metrics.allocations(range).inc();
            taken.add(cidr.get());
        }
        try {
            write(key, node.get(), taken);
        } catch (RuntimeException failed) {
            taken.forEach(this::release); // an event of the node occupies it again if it was stored
            throw failed;
        }
        return Outcome.DONE;
    }

    /// Names the resourceVersion it has seen: the list of ranges merges, so a second look at a node
    /// whose first ranges the informer does not show yet would add more.
    private void write(ObjectKey key, Node seen, List<String> cidrs) {
        var list =
                cidrs.stream()
                        .map(cidr -> "\"" + cidr + "\"")
                        .collect(Collectors.joining(",", "[", "]"));
        try {
            api.patch(
                    Kinds.NODES,
                    key,
                    Api.Patch.strategic(
                            "{\"metadata\":{\"resourceVersion\":\"%s\"},\"spec\":{\"podCIDR\":\"%s\",\"podCIDRs\":%s}}"
                                    .formatted(
                                            Meta.orEmpty(seen.getMetadata().getResourceVersion()),
                                            cidrs.getFirst(),
                                            list)));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
            cidrs.forEach(this::release);
        }
    }
}
