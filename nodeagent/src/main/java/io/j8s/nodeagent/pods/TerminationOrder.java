package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.machinery.timers.Deadline;
import io.j8s.nodeagent.core.PodFacts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// In which order the containers of a pod get their signal: ordinary ones at once, sidecars when
/// all of those have ended, the last one first. Each container's thread waits here for its turn.
final class TerminationOrder {

    private final Map<String, CountDownLatch> ended = new HashMap<>();
    private final Map<String, List<CountDownLatch>> before = new HashMap<>();

    /// @param running the containers that are being stopped
    TerminationOrder(Pod pod, Set<String> running) {
        running.forEach(name -> ended.put(name, new CountDownLatch(1)));
        var earlier = new ArrayList<CountDownLatch>();
        for (var container : pod.getSpec().getContainers()) {
            add(earlier, container);
        }
        for (var container : pod.getSpec().getInitContainers().reversed()) {
            if (PodFacts.isSidecar(container)) {
                before.put(container.getName(), List.copyOf(earlier));
                add(earlier, container);
            }
        }
    }

    private void add(List<CountDownLatch> list, Container container) {
        var latch = ended.get(container.getName());
        if (latch != null) {
            list.add(latch);
        }
    }

    /// Returns when all that must end before have, or the time is over.
    void awaitTurn(String name, Deadline deadline) throws InterruptedException {
        for (var latch : before.getOrDefault(name, List.of())) {
            if (!latch.await(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    void ended(String name) {
        var latch = ended.get(name);
        if (latch != null) {
            latch.countDown();
        }
    }
}
