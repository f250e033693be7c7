package io.j8s.nodeagent.images;

import io.j8s.cri.v1.Image;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/// Which images are on the node already, asked while a pod's sandbox is being made, which takes the
/// runtime far longer than the answer. Only that an image is there is believed, and for one attempt
/// to start the pod's containers; everything else is asked again by who needs it. Used by one pod's
/// worker.
public final class PresentImages {

    private final ContainerRuntime runtime;
    private final Executor threads;
    private final Map<String, FutureTask<Optional<Image>>> asked = new HashMap<>();

    public PresentImages(ContainerRuntime runtime, Executor threads) {
        this.runtime = runtime;
        this.threads = threads;
    }

    /// @param name as in the container's spec
    public void ask(String name, String policy) {
        if (!name.isEmpty() && !policy.equals("Always") && ImageNames.problem(name).isEmpty()) {
            asked.computeIfAbsent(ImageNames.withDefaultTag(name), this::question);
        }
    }

    private FutureTask<Optional<Image>> question(String image) {
        var question = new FutureTask<>(() -> runtime.imageStatus(image));
        threads.execute(question);
        return question;
    }

    /// @param image with its tag
    Optional<Image> of(String image) throws CriException, InterruptedException {
        var question = asked.get(image);
        if (question != null) {
            try {
                var answer = question.get();
                if (answer.isPresent()) {
                    return answer;
                }
            } catch (ExecutionException e) {
                asked.remove(image);
            }
        }
        return runtime.imageStatus(image);
    }
}
