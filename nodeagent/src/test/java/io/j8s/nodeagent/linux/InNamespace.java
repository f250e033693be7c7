package io.j8s.nodeagent.linux;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Opens sockets in a network namespace that `ip netns` made.
public final class InNamespace {

    private static final int CLONE_NEWNET = 0x40000000;
    private static final Libc.Function SETNS = new Libc.Function("setns");

    private InNamespace() {}

    /// A line to the packet filter of that namespace.
    public static NetlinkSocket netfilter(String namespace) throws IOException {
        var opened = new CompletableFuture<NetlinkSocket>();
        // a thread of its own, which never comes back from there
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        enter(namespace);
                        opened.complete(NetlinkSocket.open(NetlinkSocket.NETFILTER));
                    } catch (IOException e) {
                        opened.completeExceptionally(e);
                    }
                });
        try {
            return opened.join();
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        }
    }

    private static void enter(String namespace) throws IOException {
        int descriptor =
                Libc.openAt(-1, "/run/netns/" + namespace, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        try {
            SETNS.call(descriptor, CLONE_NEWNET).orThrow("enter " + namespace);
        } finally {
            Libc.close(descriptor);
        }
    }
}
