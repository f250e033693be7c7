package io.j8s.nodeagent.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// A line to the kernel's network configuration. It belongs for ever to the network namespace of
/// the thread that opened it; after that any one thread at a time may use it.
///
/// The kernel does what it is asked inside [#send], so that thread is held for as long, and has put
/// its answers into the socket when it returns: [#receive] never waits.
public final class NetlinkSocket implements AutoCloseable {

    /// The protocol of the packet filter.
    public static final int NETFILTER = 12;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int EAGAIN = 11;
    private static final int ANSWERS_MAX = 1 << 20; // of one request that wait to be read
    private static final int ANSWER_MAX = 64 * 1024; // the kernel's longest is 32 KiB

    private static final Libc.Function SOCKET = new Libc.Function("socket");
    private static final Libc.Function SETSOCKOPT = new Libc.Function("setsockopt");
    private static final Libc.Function SEND = new Libc.Function("send");
    private static final Libc.Function RECEIVE = new Libc.Function("recv");

    private final int descriptor;
    private int longestRequest;

    private NetlinkSocket(int descriptor) {
        this.descriptor = descriptor;
    }

    /// Opens a line of one protocol in this thread's network namespace.
    public static NetlinkSocket open(int protocol) throws IOException {
        var socket =
                new NetlinkSocket(
                        SOCKET.call(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol).orThrow("socket"));
        socket.set(SO_RCVBUFFORCE, ANSWERS_MAX);
        return socket;
    }

    /// Hands over one request, which the kernel carries out before this returns.
    public void send(ByteBuffer request) throws IOException {
        int length = request.remaining();
        if (length > longestRequest) {
            // a request has to fit into the buffer in one piece, with the kernel's own head
            set(SO_SNDBUFFORCE, length + 4096);
            longestRequest = length;
        }
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(length);
            bytes.copyFrom(MemorySegment.ofBuffer(request));
            var sent = SEND.call(descriptor, bytes.address(), length, 0);
            if (sent.value() != length) {
                throw Libc.failure(sent.errno(), "send to netlink");
            }
        }
    }

    /// The next datagram of answers in the machine's byte order; empty when none is left.
    public Optional<ByteBuffer> receive() throws IOException {
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(ANSWER_MAX);
            var received = RECEIVE.call(descriptor, bytes.address(), ANSWER_MAX, MSG_DONTWAIT);
            if (received.value() < 0) {
                if (received.errno() == EAGAIN) {
                    return Optional.empty();
                }
                throw Libc.failure(received.errno(), "receive from netlink");
            }
            var copy = bytes.asSlice(0, received.value()).toArray(ValueLayout.JAVA_BYTE);
            return Optional.of(ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder()));
        }
    }

    @Override
    public void close() throws IOException {
        Libc.close(descriptor);
    }

    private void set(int option, int value) throws IOException {
        try (var arena = Arena.ofConfined()) {
            SETSOCKOPT
                    .call(
                            descriptor,
                            SOL_SOCKET,
                            option,
                            arena.allocateFrom(ValueLayout.JAVA_INT, value).address(),
                            Integer.BYTES)
                    .orThrow("make the netlink socket's buffer larger");
        }
    }
}
