package io.j8s.nodeagent.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// Feeds batches to nftables.
interface Nft {

    /// Applies a batch as one transaction: all of it or nothing.
    void apply(String script) throws InterruptedException;

    /// The host's `nft` program.
    static Nft ofHost() {
        return script -> {
            var result = HostCommand.run(List.of("nft", "-f", "-"), script);
            if (result.exitCode() != 0) {
                throw new UncheckedIOException(
                        new IOException("nft refused a batch: " + result.output()));
            }
        };
    }
}
