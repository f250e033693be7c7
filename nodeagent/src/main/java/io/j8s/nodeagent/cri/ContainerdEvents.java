package io.j8s.nodeagent.cri;

import com.google.protobuf.CodedInputStream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;

import java.io.IOException;

/// containerd's own event service, which is there also where its CRI part has no events: it tells
/// when a container's first process has ended.
final class ContainerdEvents {

    private static final String FILTER =
            "namespace==" + ContainerdServices.NAMESPACE + ",topic==\"/tasks/exit\"";

    private static final MethodDescriptor<byte[], byte[]> SUBSCRIBE =
            ContainerdServices.method(
                    MethodDescriptor.MethodType.SERVER_STREAMING,
                    "containerd.services.events.v1.Events/Subscribe");

    private ContainerdEvents() {}

    /// Blocks until the stream ends.
    ///
    /// @param onExit called for every container that has ended
    /// @throws StatusRuntimeException at its end
    static void watch(Channel channel, Runnable onExit) {
        var request = ContainerdServices.message(out -> out.writeString(1, FILTER));
        ClientCalls.blockingServerStreamingCall(
                        ContainerdServices.inNamespace(channel),
                        SUBSCRIBE,
                        CallOptions.DEFAULT,
                        request)
                .forEachRemaining(envelope -> {
                    if (isContainer(envelope)) {
                        onExit.run();
                    }
                });
    }

    /// Commands that are run inside of a container end by events of the same kind, with an id of
    /// their own.
    static boolean isContainer(byte[] envelope) {
        try {
            var any = field(envelope, 4);
            var exit = field(any, 2);
            return new String(field(exit, 1), java.nio.charset.StandardCharsets.UTF_8)
                    .equals(new String(field(exit, 2), java.nio.charset.StandardCharsets.UTF_8));
        } catch (IOException e) {
            return true; // look rather once too often
        }
    }

    /// The bytes of a length-delimited field, empty when it is not there.
    private static byte[] field(byte[] message, int number) throws IOException {
        var in = CodedInputStream.newInstance(message);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == (number << 3 | 2)) {
                return in.readByteArray();
            }
            in.skipField(tag);
        }
        return new byte[0];
    }
}
