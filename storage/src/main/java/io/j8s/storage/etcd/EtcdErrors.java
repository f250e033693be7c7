package io.j8s.storage.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.j8s.storage.model.StoreException;

/// What etcd's errors mean to the store. Texts are etcd's (`rpctypes/error.go`).
final class EtcdErrors {

    private EtcdErrors() {}

    static boolean isCompacted(StatusRuntimeException e) {
        return says(e, "required revision has been compacted");
    }

    static boolean isFuture(StatusRuntimeException e) {
        return says(e, "required revision is a future revision");
    }

    static boolean isLeaseNotFound(StatusRuntimeException e) {
        return says(e, "requested lease not found");
    }

    static boolean isTooLarge(StatusRuntimeException e) {
        return says(e, "request is too large")
                || (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
                        && says(e, "message larger than max"));
    }

    static boolean isTokenInvalid(StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.UNAUTHENTICATED
                || says(e, "invalid auth token")
                || says(e, "revision of auth store is old");
    }

    /// The member cannot answer, another one may.
    static boolean isMemberLost(StatusRuntimeException e) {
        return switch (e.getStatus().getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
            default -> false;
        };
    }

    /// Refused by a member before it did anything, or never sent: may be tried again.
    static boolean hadNoEffect(StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.UNAVAILABLE
                && (says(e, "no leader")
                        || e.getCause() instanceof java.net.ConnectException
                        || says(e, "Connection refused")
                        || says(e, "Unable to resolve host"));
    }

    static StoreException unavailable(StatusRuntimeException e) {
        String said = e.getStatus().getDescription();
        return new StoreException.Unavailable(
                "etcd: " + (said == null ? e.getStatus().getCode().toString() : said), e);
    }

    private static boolean says(StatusRuntimeException e, String text) {
        String said = e.getStatus().getDescription();
        String cause = e.getCause() == null ? null : e.getCause().getMessage();
        return (said != null && said.contains(text)) || (cause != null && cause.contains(text));
    }
}
