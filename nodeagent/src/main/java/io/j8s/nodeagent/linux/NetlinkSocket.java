package io.j8s.nodeagent.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
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

    private static final MethodHandle SOCKET =
            Libc.function(
                    "socket",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            Libc.function(
                    "setsockopt",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT));
    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT);
    private static final MethodHandle SEND = Libc.function("send", TRANSFER);
    private static final MethodHandle RECEIVE = Libc.function("recv", TRANSFER);

    private final int descriptor;
    private int longestRequest;

    private NetlinkSocket(int descriptor) {
        this.descriptor = descriptor;
    }

    /// Opens a line of one protocol in this thread's network namespace.
    public static NetlinkSocket open(int protocol) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Libc.STATE);
            var socket =
                    new NetlinkSocket(
                            Libc.check(
                                    (int)
                                            SOCKET.invokeExact(
                                                    state, AF_NETLINK, SOCK_RAW_CLOEXEC, protocol),
                                    state,
                                    "socket"));
            socket.set(SO_RCVBUFFORCE, ANSWERS_MAX);
            return socket;
        } catch (Throwable e) {
            throw Libc.rethrown(e);
        }
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
            var state = arena.allocate(Libc.STATE);
            var bytes = arena.allocate(length);
            bytes.copyFrom(MemorySegment.ofBuffer(request));
            long sent = (long) SEND.invokeExact(state, descriptor, bytes, (long) length, 0);
            if (sent != length) {
                throw Libc.failure(Libc.errno(state), "send to netlink");
            }
        } catch (Throwable e) {
            throw Libc.rethrown(e);
        }
    }

    /// The next datagram of answers in the machine's byte order; empty when none is left.
    public Optional<ByteBuffer> receive() throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Libc.STATE);
            var bytes = arena.allocate(ANSWER_MAX);
            long length =
                    (long)
                            RECEIVE.invokeExact(
                                    state, descriptor, bytes, (long) ANSWER_MAX, MSG_DONTWAIT);
            if (length < 0) {
                int errno = Libc.errno(state);
                if (errno == EAGAIN) {
                    return Optional.empty();
                }
                throw Libc.failure(errno, "receive from netlink");
            }
            var copy = bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            return Optional.of(ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder()));
        } catch (Throwable e) {
            throw Libc.rethrown(e);
        }
    }

    @Override
    public void close() throws IOException {
        Libc.close(descriptor);
    }

    private void set(int option, int value) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Libc.STATE);
            Libc.check(
                    (int)
                            SETSOCKOPT.invokeExact(
                                    state,
                                    descriptor,
                                    SOL_SOCKET,
                                    option,
                                    arena.allocateFrom(ValueLayout.JAVA_INT, value),
                                    4),
                    state,
                    "make the netlink socket's buffer larger");
        } catch (Throwable e) {
            throw Libc.rethrown(e);
        }
    }
}
