package io.j8s.cli;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.LeaderElection;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.util.random.RandomGenerator;

/// Lets only one of several processes over the same etcd run controllers, and one the scheduler.
/// One thread begins and closes it; close it after what it started.
final class Leadership implements AutoCloseable {

    private final LeaderElection election;
    private final Runnable lost;
    private @Nullable Thread holder;

    /// @param lease upstream's name of the component
    /// @param identity of this process; the same after a restart, so that it takes up where it was
    /// @param lost told when another process may lead: nothing that was started may act any longer
    Leadership(Api api, String lease, String identity, Timers timers, Runnable lost) {
        this.election =
                new LeaderElection(
                        api,
                        new ObjectKey("kube-system", lease),
                        identity,
                        LeaderElection.Times.STANDARD,
                        timers,
                        RandomGenerator.getDefault());
        this.lost = lost;
    }

    /// Returns at once.
    ///
    /// @param start runs when this process leads
    void begin(Runnable start) {
        holder =
                Thread.ofVirtual()
                        .name("leader election")
                        .start(() -> {
                            try {
                                election.acquire();
                                start.run();
                                election.hold();
                                lost.run();
                            } catch (InterruptedException stopped) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    @Override
    public void close() {
        if (holder != null) {
            holder.interrupt();
            election.release();
        }
    }
}
