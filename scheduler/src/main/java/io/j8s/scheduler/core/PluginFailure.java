package io.j8s.scheduler.core;

/// A plugin could not do its work: an error, not an answer. The pod is tried again after its
/// back-off and the condition says `SchedulerError`. It has no stack: the text says where.
public final class PluginFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    public PluginFailure(String message) {
        super(message, null, false, false);
    }

    String text() {
        var message = getMessage();
        return message == null ? "" : message;
    }
}
