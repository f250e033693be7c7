package io.j8s.nodeagent.probes;

import io.j8s.machinery.timers.Deadline;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A port that accepts a connection is success.
record TcpProbe(String host, int port) implements ProbeHandler {

    @Override
    public Answer ask(Deadline limit) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), Connections.millis(limit));
            return Answer.SUCCESS;
        } catch (IOException e) {
            return Answer.failure(Connections.inMessages(e, host, port));
        }
    }
}
