package io.j8s.nodeagent.cri;

import com.google.protobuf.CodedOutputStream;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.MetadataUtils;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// How containerd's own services are called, which it offers on the same socket as CRI. The few
/// messages that are needed are written and read field by field.
final class ContainerdServices {

    static final String NAMESPACE = "k8s.io"; // in which the CRI part keeps everything

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Bytes();

    /// Writes the fields of one message.
    interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private ContainerdServices() {}

    static Channel inNamespace(Channel channel) {
        var headers = new Metadata();
        headers.put(
                Metadata.Key.of("containerd-namespace", Metadata.ASCII_STRING_MARSHALLER),
                NAMESPACE);
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /// @param name with its service, e.g. `containerd.services.tasks.v1.Tasks/Kill`
    static MethodDescriptor<byte[], byte[]> method(MethodDescriptor.MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName(name)
                .setRequestMarshaller(BYTES)
                .setResponseMarshaller(BYTES)
                .build();
    }

    static byte[] message(Fields fields) {
        try {
            var bytes = new ByteArrayOutputStream();
            var out = CodedOutputStream.newInstance(bytes);
            fields.write(out);
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
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
