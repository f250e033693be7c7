package io.j8s.nodeagent.volumes;

import org.jspecify.annotations.Nullable;

/// A volume can't be mounted now. The message is upstream's, as users see it in the event.
public final class VolumeException extends Exception {

    public VolumeException(@Nullable String message) {
        super(message);
    }

    public VolumeException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }
}
