package io.j8s.nodeagent.probes;

import io.j8s.machinery.timers.Deadline;
import io.j8s.nodeagent.cri.GrpcHealth;

/// Asks the standard gRPC health service.
record GrpcProbe(String host, int port, String service) implements ProbeHandler {

    @Override
    public Answer ask(Deadline limit) throws InterruptedException {
        var where = Connections.hostPort(host, port);
        var within = (limit.remaining().toMillis() + 999) / 1000 + "s";
        return switch (GrpcHealth.check(host, port, service, limit.remaining())) {
            case GrpcHealth.Answer.Serving _ -> Answer.SUCCESS;
            case GrpcHealth.Answer.NotServing(int status) ->
                    Answer.failure(
                            "service unhealthy (responded with \"%s\")".formatted(name(status)));
            case GrpcHealth.Answer.Unimplemented _ ->
                    Answer.failure(
                            "error: this server does not implement the grpc health protocol"
                                    + " (grpc.health.v1.Health): unknown service"
                                    + " grpc.health.v1.Health");
            case GrpcHealth.Answer.NoConnection _ ->
                    Answer.failure(
                            "timeout: failed to connect service \"%s\" within %s: context deadline exceeded"
                                    .formatted(where, within));
            case GrpcHealth.Answer.TooLate _ ->
                    Answer.failure("timeout: health rpc did not complete within " + within);
            case GrpcHealth.Answer.Failed(var message) ->
                    Answer.failure("error: health rpc probe failed: " + message);
        };
    }

    private static String name(int status) {
        return switch (status) {
            case 1 -> "SERVING";
            case 2 -> "NOT_SERVING";
            case 3 -> "SERVICE_UNKNOWN";
            default -> "UNKNOWN";
        };
    }
}
