package io.j8s.apiserver.local;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.AsyncBody.Consumer;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpClient;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.http.StandardWebSocketBuilder;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import io.fabric8.kubernetes.client.http.WebSocketResponse;
import io.fabric8.kubernetes.client.http.WebSocketUpgradeResponse;
import io.j8s.apiserver.local.LocalTransport.LocalFactory;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/// fabric8's client over the chain of this process. Requests run on virtual threads of the
/// transport, so that a caller is never held by them.
final class LocalClient extends StandardHttpClient<LocalClient, LocalFactory, LocalClientBuilder> {

    private final LocalFactory factory;

    LocalClient(LocalClientBuilder builder, AtomicBoolean closed) {
        super(builder, closed);
        this.factory = builder.getClientFactory();
    }

    @Override
    public CompletableFuture<HttpResponse<AsyncBody>> consumeBytesDirect(
            StandardHttpRequest request, Consumer<List<ByteBuffer>> consumer) {
        var response = new CompletableFuture<HttpResponse<AsyncBody>>();
        var workers = factory.transport().workers();
        run(
                new LocalExchange(
                        request,
                        workers,
                        (head, stream) -> {
                            var body = new LocalBody(stream, consumer, workers);
                            response.complete(new LocalResponse(request, head, body));
                        }));
        return response;
    }

    @Override
    public CompletableFuture<WebSocketResponse> buildWebSocketDirect(
            StandardWebSocketBuilder builder, WebSocket.Listener listener) {
        var response = new CompletableFuture<WebSocketResponse>();
        var request = builder.asHttpRequest();
        var workers = factory.transport().workers();
        var exchange =
                new LocalExchange(
                        request,
                        workers,
                        (head, stream) -> {
                            var upgrade =
                                    new WebSocketUpgradeResponse(
                                            request, head.code(), head.headers());
                            if (head.code() != LocalExchange.SWITCHING) {
                                response.complete(
                                        new WebSocketResponse(
                                                upgrade, new WebSocketHandshakeException(upgrade)));
                                return;
                            }
                            var socket = new LocalWebSocket(stream, listener, workers);
                            workers.execute(() -> {
                                listener.onOpen(socket);
                                response.complete(new WebSocketResponse(upgrade, socket));
                                socket.opened();
                            });
                        });
        exchange.upgrade();
        run(exchange);
        return response;
    }

    private void run(LocalExchange exchange) {
        factory.transport()
                .workers()
                .execute(() -> factory.transport().chain().acceptAs(exchange, factory.user()));
    }

    @Override
    protected void doClose() {
        // the transport belongs to the server
    }
}
