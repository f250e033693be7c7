package io.j8s.cli.startup;

import tools.jackson.databind.json.JsonMapper;

import java.math.BigDecimal;
import java.security.NoSuchAlgorithmException;
import java.util.Set;

import javax.net.ssl.SSLContext;

/// Prepares what a server needs and the JVM makes slowly, on the core that is idle while the main
/// thread reads the command line and opens the database, and puts off what nobody needs.
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
        // whoever looks for something that is in no jar has all of them opened
        ClassLoader.getSystemResource("in/no/jar");
        JsonMapper.shared(); // with the calendars of all the world
        try {
            SSLContext.getInstance("TLS");
        } catch (NoSuchAlgorithmException _) {
            // whoever needs it tells
        }
        var _ = BigDecimal.valueOf(1); // with its tables
    }
}
