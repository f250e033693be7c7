package io.j8s.nodeagent.cri;

import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Asks a server by the standard `grpc.health.v1.Health/Check` whether it serves. The two messages
/// are one field each, so they are written here by hand.
public final class GrpcHealth {

    private static final MethodDescriptor<byte[], byte[]> CHECK =
            MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("grpc.health.v1.Health/Check")
                    .setRequestMarshaller(new Bytes())
                    .setResponseMarshaller(new Bytes())
                    .build();
    private static final byte SERVING = 1;

    /// What came of it.
    public sealed interface Answer {
        record Serving() implements Answer {}

        /// @param status the number that the server gave
        record NotServing(int status) implements Answer {}

        /// The server does not know the method.
        record Unimplemented() implements Answer {}

        record NoConnection() implements Answer {}

        record TooLate() implements Answer {}

        /// @param message as Go prints the error
        record Failed(String message) implements Answer {}
    }

    private GrpcHealth() {}

    public static Answer check(String host, int port, String service, Duration limit)
            throws InterruptedException {
        var channel = NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
        try {
            // upstream too tries to connect for as long as the probe may take
            var options =
                    CallOptions.DEFAULT
                            .withWaitForReady()
                            .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
            byte[] answer =
                    ClientCalls.blockingUnaryCall(channel, CHECK, options, request(service));
            int status = answer.length >= 2 && answer[0] == 8 ? answer[1] : 0;
            return status == SERVING ? new Answer.Serving() : new Answer.NotServing(status);
        } catch (StatusRuntimeException e) {
            return switch (e.getStatus().getCode()) {
                case UNIMPLEMENTED -> new Answer.Unimplemented();
                case UNAVAILABLE -> new Answer.NoConnection();
                case DEADLINE_EXCEEDED ->
                        channel.getState(false) == ConnectivityState.READY
                                ? new Answer.TooLate()
                                : new Answer.NoConnection();
                default -> new Answer.Failed(message(e.getStatus()));
            };
        } finally {
            channel.shutdownNow();
        }
    }

    private static String message(Status status) {
        return "rpc error: code = %s desc = %s"
                .formatted(GrpcContainerRuntime.goName(status.getCode()), status.getDescription());
    }

    /// Field 1, a string.
    private static byte[] request(String service) {
        byte[] text = service.getBytes(StandardCharsets.UTF_8);
        if (text.length == 0) {
            return new byte[0];
        }
        byte[] message = new byte[text.length + 2];
        message[0] = 10;
        message[1] = (byte) text.length; // names are validated to be shorter than 128
        System.arraycopy(text, 0, message, 2, text.length);
        return message;
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readNBytes(1024);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
