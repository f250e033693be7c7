package io.j8s.nodeagent.pods;

import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.cri.Uninterrupted;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/// A sandbox that the runtime makes while the pod's worker does something else. What has begun must
/// be waited for, whatever comes between: an end that nobody waits for leaves a sandbox that nobody
/// knows. Used by the pod's worker only.
final class SandboxMaking {

    private final ContainerRuntime runtime;
    private final FutureTask<String> making;

    private SandboxMaking(ContainerRuntime runtime, FutureTask<String> making) {
        this.runtime = runtime;
        this.making = making;
    }

    static SandboxMaking begin(
            ContainerRuntime runtime, Executor threads, PodSandboxConfig config, String handler) {
        var making = new FutureTask<>(() -> runtime.runPodSandbox(config, handler));
        threads.execute(making);
        return new SandboxMaking(runtime, making);
    }

    /// Nobody wants it any more.
    void withdraw() throws CriException {
        var id = await();
        runtime.stopPodSandbox(id);
        runtime.removePodSandbox(id);
    }

    /// Waits until nothing of it is under way.
    void settle() {
        try {
            await();
        } catch (CriException _) {
            return; // none has come of it
        }
    }

    /// Waits until the runtime has answered; an interruption is kept for who comes after.
    ///
    /// @return the sandbox's id
    String await() throws CriException {
        try {
            return Uninterrupted.await(making);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CriException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
