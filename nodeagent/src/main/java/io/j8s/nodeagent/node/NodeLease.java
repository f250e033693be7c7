package io.j8s.nodeagent.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/// The node's heartbeat: its Lease in `kube-node-lease`, good for 40 s and renewed every 10 s. One
/// thread runs it.
final class NodeLease {

    private static final Logger log = LoggerFactory.getLogger(NodeLease.class);
    private static final int DURATION_SECONDS = 40; // upstream: nodeLeaseDurationSeconds
    private static final Duration INTERVAL = Duration.ofSeconds(10); // a quarter of it
    private static final Duration RETRY_FIRST = Duration.ofMillis(200);
    private static final Duration RETRY_LONGEST = Duration.ofSeconds(7); // upstream: maxBackoff

    private final ClusterApi api;
    private final Timers timers;
    private final String name;
    private @Nullable Lease held;

    NodeLease(ClusterApi api, Timers timers, String name) {
        this.api = api;
        this.timers = timers;
        this.name = name;
    }

    /// @return how long to wait until the next call
    Duration renew(Node owner, Duration lastWait) {
        try {
            var lease = held != null ? held : api.lease(name).orElse(null);
            held = lease == null ? api.createLease(fresh(owner)) : api.updateLease(renewed(lease));
            return INTERVAL;
        } catch (KubernetesClientException e) {
            held = null; // read it again: it may have changed or gone
            log.atDebug().addKeyValue("cause", e.getMessage()).log("lease was not renewed");
            var next = lastWait.compareTo(INTERVAL) >= 0 ? RETRY_FIRST : lastWait.multipliedBy(2);
            return next.compareTo(RETRY_LONGEST) > 0 ? RETRY_LONGEST : next;
        }
    }

    private Lease fresh(Node owner) {
        return new LeaseBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("kube-node-lease")
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(name)
                .withUid(owner.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(name)
                .withLeaseDurationSeconds(DURATION_SECONDS)
                .withRenewTime(now())
                .endSpec()
                .build();
    }

    private Lease renewed(Lease lease) {
        return new LeaseBuilder(lease)
                .editSpec()
                .withHolderIdentity(name)
                .withLeaseDurationSeconds(DURATION_SECONDS)
                .withRenewTime(now())
                .endSpec()
                .build();
    }

    private ZonedDateTime now() {
        return timers.now().truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
    }
}
