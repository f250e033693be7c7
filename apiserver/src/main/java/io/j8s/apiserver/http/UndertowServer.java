package io.j8s.apiserver.http;

import io.j8s.apiserver.request.EventStream;
import io.j8s.apiserver.request.Exchange;
import io.j8s.machinery.timers.Timers;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.Options;
import org.xnio.SslClientAuthMode;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Listens, and hands every request to one handler on the I/O thread of its connection. Settings
/// and traps of Undertow are measured in the project's facts; each is named where it is set.
public final class UndertowServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(UndertowServer.class);

    private static final int BUFFER_BYTES = 16364; // one TLS record with its overhead
    private static final int BUFFERS_MAX = 2000;
    private static final int BACKLOG = 1024;
    private static final int STREAMS_MAX = 250; // upstream: --http2-max-streams-per-connection
    private static final int HEADER_BYTES_MAX = 1 << 20; // Go's default
    // cancelled watches are resets; Undertow's default of 200 in 30 s ends busy connections
    private static final int RESETS_MAX = 100_000;

    private final SpareBuffers buffers = new SpareBuffers();
    private final HttpConfig config;
    private final Timers timers;
    private final ExecutorService workers;
    private final Consumer<Exchange> handler;
    private final Undertow undertow;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean isStopping;

    /// @param handler called on I/O threads; must not block
    /// @param workers where handlers that block go on; virtual threads
    public UndertowServer(
            HttpConfig config, Timers timers, ExecutorService workers, Consumer<Exchange> handler) {
        this.config = config;
        this.timers = timers;
        this.workers = workers;
        this.handler = handler;
        this.undertow = build();
    }

    private Undertow build() {
        int threads =
                config.ioThreads() > 0
                        ? config.ioThreads()
                        : Math.max(2, Runtime.getRuntime().availableProcessors());
        var builder =
                Undertow.builder()
                        .setIoThreads(threads)
                        .setWorkerThreads(1) // ours are virtual
                        // without per-thread caches: virtual threads would leak direct memory
                        .setByteBufferPool(
                                new DefaultByteBufferPool(true, BUFFER_BYTES, BUFFERS_MAX, 0))
                        .setSocketOption(Options.TCP_NODELAY, true)
                        .setSocketOption(Options.KEEP_ALIVE, true)
                        .setSocketOption(Options.BACKLOG, BACKLOG)
                        .setSocketOption(Options.REUSE_ADDRESSES, true)
                        .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                        .setServerOption(
                                UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, STREAMS_MAX)
                        .setServerOption(UndertowOptions.MAX_RST_FRAMES_PER_WINDOW, RESETS_MAX)
                        .setServerOption(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
                        .setServerOption(UndertowOptions.MAX_HEADER_SIZE, HEADER_BYTES_MAX)
                        .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L) // we count
                        .setServerOption(UndertowOptions.DECODE_URL, true)
                        .setHandler(Handlers.httpContinueRead(rootHandler()));
        var address = config.address();
        var tls = config.tls();
        if (tls == null) {
            builder.addHttpListener(address.getPort(), address.getHostString());
        } else {
            builder.setSocketOption(Options.SSL_CLIENT_AUTH_MODE, SslClientAuthMode.REQUESTED)
                    .addHttpsListener(address.getPort(), address.getHostString(), tls);
        }
        return builder.build();
    }

    private HttpHandler rootHandler() {
        return this::handle;
    }

    private void handle(HttpServerExchange undertowExchange) {
        var exchange =
                new UndertowExchange(undertowExchange, workers, timers, buffers, this::opened);
        underWay.incrementAndGet();
        exchange.onComplete(underWay::decrementAndGet);
        undertowExchange.addExchangeCompleteListener((_, next) -> {
            exchange.completed();
            next.proceed();
        });
        ConnectionEnd.of(undertowExchange.getConnection()).completes(exchange);
        handler.accept(exchange);
    }

    private void opened(EventStream stream) {
        streams.add(stream);
        stream.onClosed(() -> streams.remove(stream));
        if (isStopping) {
            stream.end();
        }
    }

    public void start() {
        undertow.start();
    }

    /// Where it listens, with the port that was taken.
    public InetSocketAddress address() {
        return (InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress();
    }

    /// Open streams and requests not yet answered.
    public int underWay() {
        return underWay.get();
    }

    /// Ends streams, gives the other requests time to be answered, then closes every connection.
    @Override
    public void close() {
        isStopping = true;
        streams.forEach(EventStream::end);
        var deadline = timers.deadline(config.drain());
        try {
            while (underWay.get() > 0 && !deadline.hasPassed()) {
                timers.sleep(Duration.ofMillis(5));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        log.atDebug().addKeyValue("left", underWay.get()).log("closing connections");
        undertow.stop();
    }
}
