package io.j8s.apiserver.http;

import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;

import org.jspecify.annotations.Nullable;

/// Completes the request that is under way on an HTTP/1 connection when the connection ends.
/// Undertow forgets an exchange whose connection is closed by one thread while another waits to
/// write to it: its completion listeners are then never called. One for each connection.
final class ConnectionEnd {

    private static final AttachmentKey<ConnectionEnd> KEY =
            AttachmentKey.create(ConnectionEnd.class);

    private @Nullable UndertowExchange current;
    private boolean isClosed;

    static ConnectionEnd of(ServerConnection connection) {
        var known = connection.getAttachment(KEY);
        if (known != null) {
            return known;
        }
        var end = new ConnectionEnd();
        connection.putAttachment(KEY, end);
        connection.addCloseListener(_ -> end.closed());
        return end;
    }

    void completes(UndertowExchange exchange) {
        synchronized (this) {
            if (!isClosed) {
                current = exchange;
                exchange.onComplete(() -> forget(exchange));
                return;
            }
        }
        exchange.completed();
    }

    private synchronized void forget(UndertowExchange exchange) {
        if (current == exchange) {
            current = null;
        }
    }

    private void closed() {
        UndertowExchange last;
        synchronized (this) {
            isClosed = true;
            last = current;
        }
        if (last != null) {
            last.completed();
        }
    }
}
