package io.j8s.nodeagent.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

class SandboxMakingTest {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> calls = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    private SandboxMaking making(Callable<String> answer) {
        var runtime =
                (ContainerRuntime)
                        Proxy.newProxyInstance(
                                ContainerRuntime.class.getClassLoader(),
                                new Class<?>[] {ContainerRuntime.class},
                                (_, method, args) -> {
                                    calls.add(method.getName() + " " + args[0]);
                                    return method.getName().equals("runPodSandbox")
                                            ? answer.call()
                                            : null;
                                });
        return SandboxMaking.begin(runtime, threads, PodSandboxConfig.getDefaultInstance(), "");
    }

    @Test
    void interruptedWorkerWaitsToTheEndAndStaysInterrupted() throws Exception {
        var answer = new CountDownLatch(1);
        var making =
                making(() -> {
                    answer.await();
                    return "s1";
                });
        Thread.currentThread().interrupt();
        threads.execute(answer::countDown);
        assertThat(making.await()).isEqualTo("s1");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void withdrawnSandboxIsRemoved() throws Exception {
        making(() -> "s1").withdraw();
        assertThat(calls).endsWith("stopPodSandbox s1", "removePodSandbox s1");
    }

    @Test
    void refusalIsTheRuntimesOwn() {
        var refusal = new CriException(CriException.Kind.OTHER, "Unknown", "no network");
        var making =
                making(() -> {
                    throw refusal;
                });
        assertThatThrownBy(making::await).isSameAs(refusal);
        making.settle();
        assertThat(calls).hasSize(1);
    }
}
