package io.j8s.cli.startup;

import java.math.BigDecimal;
import java.util.Set;

/// Prepares what a server needs and the JVM makes slowly, the tables of large decimals, on the core
/// that is idle while the main thread reads the command line, and puts off what nobody needs.
public final class HeadStart {

    private static final Set<String> SERVERS = Set.of("up", "apiserver");

    private HeadStart() {}

    /// @param command the first word of the command line
    public static void of(String command) {
        if (SERVERS.contains(command)) {
            FirstBeansRefused.prepare();
            Thread.ofPlatform().daemon().name("head start").start(HeadStart::prepare);
        }
    }

    private static void prepare() {
        var _ = BigDecimal.valueOf(1);
    }
}
