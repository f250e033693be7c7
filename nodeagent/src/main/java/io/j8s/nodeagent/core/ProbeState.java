package io.j8s.nodeagent.core;

/// What the probes say about the running containers; ids are the runtime's.
public interface ProbeState {

    enum Result {
        SUCCESS,
        FAILURE,
        /// there is no such probe, or it has not decided yet
        UNKNOWN
    }

    Result liveness(String containerId);

    Result startup(String containerId);

    Result readiness(String containerId);

    /// For pods without probes and for tests.
    ProbeState NONE =
            new ProbeState() {
                @Override
                public Result liveness(String containerId) {
                    return Result.UNKNOWN;
                }

                @Override
                public Result startup(String containerId) {
                    return Result.UNKNOWN;
                }

                @Override
                public Result readiness(String containerId) {
                    return Result.UNKNOWN;
                }
            };
}
