package io.j8s.nodeagent.cri;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// containerd's own task service, for what its CRI part has lost sight of: when whoever asked hangs
/// up while a container starts, containerd 1.6 can take it for one that never ran and keep its
/// process, and then neither the container nor its sandbox can be removed.
final class ContainerdTasks {

    private static final int SIGKILL = 9;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    private static final MethodDescriptor<byte[], byte[]> KILL = method("Kill");
    private static final MethodDescriptor<byte[], byte[]> WAIT = method("Wait");
    private static final MethodDescriptor<byte[], byte[]> DELETE = method("Delete");

    private ContainerdTasks() {}

    /// Whether a refusal to remove something means that a process was left behind.
    static boolean isLeft(CriException refusal) {
        return refusal.description().contains("cannot delete running task");
    }

    /// Ends a container's processes and removes what containerd knows of them; nothing happens when
    /// there are none.
    ///
    /// @throws StatusRuntimeException when containerd refuses or does not answer in time
    static void end(Channel channel, String containerId) {
        var services = ContainerdServices.inNamespace(channel);
        var task = ContainerdServices.message(out -> out.writeString(1, containerId));
        call(
                services,
                KILL,
                ContainerdServices.message(out -> {
                    out.writeString(1, containerId);
                    out.writeUInt32(3, SIGKILL);
                    out.writeBool(4, true);
                }));
        call(services, WAIT, task);
        call(services, DELETE, task);
    }

    private static void call(
            Channel services, MethodDescriptor<byte[], byte[]> method, byte[] request) {
        try {
            var _ =
                    ClientCalls.blockingUnaryCall(
                            services,
                            method,
                            CallOptions.DEFAULT.withDeadlineAfter(
                                    CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS),
                            request);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                throw e;
            }
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return ContainerdServices.method(
                MethodDescriptor.MethodType.UNARY, "containerd.services.tasks.v1.Tasks/" + name);
    }
}
