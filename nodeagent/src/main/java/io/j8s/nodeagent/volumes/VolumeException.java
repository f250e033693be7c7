package io.j8s.nodeagent.volumes;

import org.jspecify.annotations.Nullable;

/// A volume can't be mounted now. The message is upstream's, as users see it in the event.
public sealed class VolumeException extends Exception {

    public VolumeException(@Nullable String message) {
        super(message);
    }

    public VolumeException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }

    /// What the volume is can't be found out: its claim is missing, or nobody mounts such a thing.
    static final class Unprocessable extends VolumeException {
        Unprocessable(String message) {
            super(message);
        }
    }

    /// A device can't be given to the pod.
    static final class Map extends VolumeException {

        private final String step;

        Map(String step, String message) {
            super(message);
            this.step = step;
        }

        String step() {
            return step;
        }
    }

    /// A step before the mount itself failed.
    static final class Device extends VolumeException {
        Device(String message) {
            super(message);
        }
    }
}
