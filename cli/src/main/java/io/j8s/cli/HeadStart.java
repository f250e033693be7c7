package io.j8s.cli;

import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.Set;

/// Prepares what a server needs and the JVM makes slowly, on the core that is idle while the main
/// thread reads the command line: the tables of large decimals and the registry of managed beans,
/// where XNIO insists on entering itself. Together a tenth of a second.
final class HeadStart {

    private static final Set<String> SERVERS = Set.of("up", "apiserver");

    private HeadStart() {}

    /// @param command the first word of the command line
    static void of(String command) {
        if (SERVERS.contains(command)) {
            Thread.ofPlatform().daemon().name("head start").start(HeadStart::prepare);
        }
    }

    private static void prepare() {
        var _ = BigDecimal.valueOf(1);
        ManagementFactory.getPlatformMBeanServer();
    }
}
