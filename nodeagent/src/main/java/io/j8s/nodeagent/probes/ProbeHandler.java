package io.j8s.nodeagent.probes;

import io.j8s.machinery.timers.Deadline;

import java.io.IOException;

/// One kind of question to a container; one class per kind.
interface ProbeHandler {

    /// @param isSuccess the answer
    /// @param output what users see in the event when it is a failure, or a success with a but
    record Answer(boolean isSuccess, String output) {
        static final Answer SUCCESS = new Answer(true, "");

        static Answer failure(String output) {
            return new Answer(false, output);
        }

        static Answer warning(String output) {
            return new Answer(true, output);
        }
    }

    /// @throws IOException when the question could not be asked at all: it counts as no answer
    Answer ask(Deadline limit) throws IOException, InterruptedException;
}
