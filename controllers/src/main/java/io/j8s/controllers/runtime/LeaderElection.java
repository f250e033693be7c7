package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Takes a Lease and keeps it (upstream: `client-go/tools/leaderelection`). A holder is believed to
/// be alive for the lease's duration after its record was last *seen to change*, by our own clock:
/// the clocks of two machines are never compared.
public final class LeaderElection {

    private static final Logger log = LoggerFactory.getLogger(LeaderElection.class);
    private static final double JITTER = 1.2; // upstream: JitterFactor
    // upstream: the timeout of HealthzAdaptor
    private static final Duration OVERDUE = Duration.ofSeconds(20);

    /// @param duration how long others wait before they take a lease that is not renewed
    /// @param renewDeadline how long a leader tries to renew before it gives up
    /// @param retry the pause between tries
    public record Times(Duration duration, Duration renewDeadline, Duration retry) {
        public static final Times STANDARD =
                new Times(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    private final Api api;
    private final ObjectKey key;
    private final String identity;
    private final Times times;
    private final Timers timers;
    private final RandomGenerator random;
    private @Nullable Lease seen;
    private long seenNanos;
    private volatile boolean leads;
    private volatile long renewedNanos;
    private Runnable slowPath = () -> {};

    public LeaderElection(
            Api api,
            ObjectKey key,
            String identity,
            Times times,
            Timers timers,
            RandomGenerator random) {
        this.api = api;
        this.key = key;
        this.identity = identity;
        this.times = times;
        this.timers = timers;
        this.random = random;
    }

    /// Blocks until this process leads.
    public void acquire() throws InterruptedException {
        while (!tryOnce()) {
            timers.sleep(
                    times.retry.plusMillis(
                            (long) (random.nextDouble() * JITTER * times.retry.toMillis())));
        }
        leads = true;
        log.atInfo().addKeyValue("lease", key).log("became leader");
    }

    /// Whether this process leads.
    public boolean leads() {
        return leads;
    }

    /// False for a leader that has neither renewed its lease in time nor noticed (upstream: the
    /// check `leaderElection`). Any thread.
    public boolean isHealthy() {
        return !leads || timers.nanoTime() - renewedNanos <= times.duration.plus(OVERDUE).toNanos();
    }

    /// Blocks while this process leads; returns when it no longer may.
    public void hold() throws InterruptedException {
        var deadline = timers.deadline(times.renewDeadline);
        while (!deadline.hasPassed()) {
            timers.sleep(times.retry);
            if (tryOnce()) {
                deadline = timers.deadline(times.renewDeadline);
            } else if (seen != null && !identity.equals(seen.getSpec().getHolderIdentity())) {
                break;
            }
        }
        leads = false;
        log.atWarn().addKeyValue("lease", key).log("lost the lease");
    }

    /// Gives the lease up, so that another takes it at once.
    public void release() {
        var lease = seen;
        if (lease == null || !identity.equals(lease.getSpec().getHolderIdentity())) {
            return;
        }
        try {
            api.update(
                    Kinds.LEASES,
                    new LeaseBuilder(lease)
                            .editSpec()
                            .withHolderIdentity("")
                            .withLeaseDurationSeconds(1)
                            .withRenewTime(now())
                            .withAcquireTime(now())
                            .endSpec()
                            .build());
        } catch (StatusException | UncheckedIOException gone) {
            log.debug("lease was not released", gone);
        }
    }

    /// Upstream's `leader_election_*`.
    public void measure(Measures measures) {
        var name = List.of(key.name());
        measures.gauge(
                Measures.Stability.ALPHA,
                "leader_election_master_status",
                "Gauge of if the reporting system is master of the relevant lease, 0 indicates"
                        + " backup, 1 indicates master. 'name' is the string used to identify the"
                        + " lease. Please make sure to group by name.",
                List.of("name"),
                () -> Map.of(name, leads ? 1.0 : 0.0));
        slowPath =
                measures.counter(
                                        Measures.Stability.ALPHA,
                                        "leader_election_slowpath_total",
                                        "Total number of slow path exercised in renewing leader"
                                            + " leases. 'name' is the string used to identify the"
                                            + " lease. Please make sure to group by name.",
                                        "name")
                                .labelValues(key.name())
                        ::inc;
    }

    /// One try to take or renew; whether we hold the lease now.
    boolean tryOnce() {
        // upstream: a leader writes without reading, as long as nobody else may have written
        if (seen != null && isOurs(seen) && isValid(seen) && renew(seen)) {
            return true;
        }
        try {
            return take(api.get(Kinds.LEASES, key));
        } catch (StatusException refused) {
            return refused.isNotFound() && create();
        } catch (UncheckedIOException unreachable) {
            return false;
        }
    }

    private boolean isOurs(Lease lease) {
        return identity.equals(lease.getSpec().getHolderIdentity());
    }

    /// By what the record says, not by our own settings: a released lease says one second.
    private boolean isValid(Lease lease) {
        long nanos = Meta.orZero(lease.getSpec().getLeaseDurationSeconds()) * 1_000_000_000L;
        return timers.nanoTime() - seenNanos < nanos;
    }

    private boolean take(Lease lease) {
        if (seen == null || !seen.getSpec().equals(lease.getSpec())) {
            seen = lease;
            seenNanos = timers.nanoTime();
        }
        var spec = lease.getSpec();
        boolean ours = isOurs(lease);
        if (!Meta.orEmpty(spec.getHolderIdentity()).isEmpty() && !ours && isValid(lease)) {
            return false;
        }
        if (ours) {
            slowPath.run();
        }
        return renew(lease);
    }

    /// Writes the record anew, as its holder or as the next one.
    private boolean renew(Lease lease) {
        var spec = lease.getSpec();
        boolean ours = isOurs(lease);
        int transitions = Meta.orZero(spec.getLeaseTransitions());
        var mine =
                new LeaseBuilder(lease)
                        .editSpec()
                        .withHolderIdentity(identity)
                        .withLeaseDurationSeconds((int) times.duration.toSeconds())
                        .withRenewTime(now())
                        .withAcquireTime(ours ? spec.getAcquireTime() : now())
                        .withLeaseTransitions(ours ? transitions : transitions + 1)
                        .endSpec()
                        .build();
        try {
            return held(api.update(Kinds.LEASES, mine));
        } catch (StatusException | UncheckedIOException refused) {
            return false;
        }
    }

    private boolean create() {
        var lease =
                new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace(key.namespace())
                        .withName(key.name())
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity(identity)
                        .withLeaseDurationSeconds((int) times.duration.toSeconds())
                        .withAcquireTime(now())
                        .withRenewTime(now())
                        .withLeaseTransitions(0)
                        .endSpec()
                        .build();
        try {
            return held(api.create(Kinds.LEASES, lease));
        } catch (StatusException | UncheckedIOException refused) {
            return false;
        }
    }

    private boolean held(Lease lease) {
        seen = lease;
        seenNanos = timers.nanoTime();
        renewedNanos = seenNanos;
        return true;
    }

    private ZonedDateTime now() {
        return timers.now().atZone(ZoneOffset.UTC);
    }
}
