package io.j8s.nodeagent.cri;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// containerd's own event service, which is there also where its CRI part has no events: it tells
/// when a container's first process has ended.
final class ContainerdEvents {

    private static final String NAMESPACE = "k8s.io"; // in which the CRI part keeps everything
    private static final String FILTER = "namespace==" + NAMESPACE + ",topic==\"/tasks/exit\"";

    private static final MethodDescriptor<String, byte[]> SUBSCRIBE =
            MethodDescriptor.<String, byte[]>newBuilder()
                    .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                    .setFullMethodName("containerd.services.events.v1.Events/Subscribe")
                    .setRequestMarshaller(new Filter())
                    .setResponseMarshaller(new Envelope())
                    .build();

    private ContainerdEvents() {}

    /// Blocks until the stream ends.
    ///
    /// @param onExit called for every container that has ended
    /// @throws StatusRuntimeException at its end
    static void watch(Channel channel, Runnable onExit) {
        var headers = new Metadata();
        headers.put(
                Metadata.Key.of("containerd-namespace", Metadata.ASCII_STRING_MARSHALLER),
                NAMESPACE);
        var inNamespace =
                ClientInterceptors.intercept(
                        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        ClientCalls.blockingServerStreamingCall(inNamespace, SUBSCRIBE, CallOptions.DEFAULT, FILTER)
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

    private static final class Filter implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String filter) {
            try {
                var bytes = new ByteArrayOutputStream();
                var out = CodedOutputStream.newInstance(bytes);
                out.writeString(1, filter);
                out.flush();
                return new ByteArrayInputStream(bytes.toByteArray());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String parse(InputStream stream) {
            throw new IllegalStateException("requests are not read here");
        }
    }

    private static final class Envelope implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
