package io.j8s.apiserver.http;

import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Completes the requests that are under way on a connection when the connection ends. Undertow
/// forgets an exchange whose connection is closed by one thread while another waits to write to it,
/// and streams of HTTP/2 whose connection was reset while they waited for more of their body: the
/// completion listeners of these are never called. One for each connection, shared by its streams,
/// since Undertow keeps the attachments of HTTP/2 with the connection.
final class ConnectionEnd {

    private static final AttachmentKey<ConnectionEnd> KEY =
            AttachmentKey.create(ConnectionEnd.class);

    private final Set<UndertowExchange> current = new HashSet<>(2);
    private boolean isClosed;

    /// Called on the I/O thread of the connection.
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
        boolean isOpen;
        synchronized (this) {
            isOpen = !isClosed;
            if (isOpen) {
                current.add(exchange);
            }
        }
        if (isOpen) {
            exchange.onComplete(() -> forget(exchange));
        } else {
            exchange.completed();
        }
    }

    private synchronized void forget(UndertowExchange exchange) {
        current.remove(exchange);
    }

    private void closed() {
        List<UndertowExchange> last;
        synchronized (this) {
            isClosed = true;
            last = List.copyOf(current);
        }
        last.forEach(UndertowExchange::completed);
    }
}
