package io.j8s.nodeagent.probes;

import io.j8s.machinery.timers.Deadline;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;

/// What the network probes share: time limits and Go's words for failures, which users know.
final class Connections {

    private Connections() {}

    /// What is left; at least one, since zero would mean for ever.
    static int millis(Deadline limit) throws SocketTimeoutException {
        long left = limit.remaining().toMillis();
        if (left <= 0 && limit.hasPassed()) {
            throw new SocketTimeoutException("i/o timeout");
        }
        return Math.clamp(left, 1, Integer.MAX_VALUE);
    }

    static String hostPort(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    static String inMessages(IOException e, String host, int port) {
        var dial = "dial tcp " + hostPort(host, port) + ": ";
        return switch (e) {
            case SocketTimeoutException _ -> dial + "i/o timeout";
            case NoRouteToHostException _ -> dial + "connect: no route to host";
            case ConnectException _ -> dial + "connect: connection refused";
            default -> String.valueOf(e.getMessage());
        };
    }
}
