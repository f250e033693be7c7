package io.j8s.nodeagent.runtime;

import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.nftables.NftSocket;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;

/// The rules for what leaves the cluster, put back when somebody flushes or deletes them. One
/// thread asks every ten seconds; that costs one question as long as nobody changes any rule on
/// this host.
final class OutboundRules implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OutboundRules.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(10); // as for Services
    private static final int INET = 1; // NFPROTO_INET

    /// Makes the rules, in one transaction.
    @FunctionalInterface
    interface Maker {
        void make() throws IOException, InterruptedException;
    }

    private final NftSocket nft;
    private final String table;
    private final int rules;
    private final Maker maker;
    private volatile boolean closed;

    /// @param rules how many there are in the table
    OutboundRules(NftSocket nft, String table, int rules, Maker maker) {
        this.nft = nft;
        this.table = table;
        this.rules = rules;
        this.maker = maker;
    }

    OutboundRules start(Executor threads, Timers timers) {
        threads.execute(() -> watch(timers));
        return this;
    }

    private void watch(Timers timers) {
        try (nft) {
            while (!closed) {
                timers.sleep(CHECK_INTERVAL);
                try {
                    check();
                } catch (IOException e) {
                    log.atWarn()
                            .addKeyValue("cause", e.getMessage())
                            .log("the rules for outbound traffic could not be checked");
                }
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("could not close");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// One look.
    void check() throws IOException, InterruptedException {
        if (!closed && nft.hasForeignChanges() && nft.countRules(INET, table) != rules) {
            log.atWarn().log("somebody else changed the rules for outbound traffic, making anew");
            maker.make();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
