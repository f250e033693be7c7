package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.linux.FileTrees;

import java.io.IOException;

/// The files of a pod that is no more.
final class PodRemains {

    private PodRemains() {}

    static void remove(PodTools tools, Pod pod) throws IOException {
        FileTrees.delete(tools.paths().pod(PodFacts.uid(pod)));
        FileTrees.delete(SandboxStarter.logDirectory(tools, pod));
    }
}
