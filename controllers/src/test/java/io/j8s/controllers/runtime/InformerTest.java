package io.j8s.controllers.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

class InformerTest {

    private static final ObjectKey KEY = new ObjectKey("ns", "m");

    /// Jobs ask for their pods when they finish while pods ask for their job: once this stopped
    /// both informers for ever.
    @Test
    void handlersOfTwoInformersMayReadEachOther() throws Exception {
        var jobs = new Informer<>(Kinds.CONFIG_MAPS);
        var pods = new Informer<>(Kinds.CONFIG_MAPS);
        var bothChange = new CyclicBarrier(2);
        jobs.onChange((_, _) -> {
            await(bothChange);
            pods.controlledBy("u");
        });
        pods.onChange((_, _) -> {
            await(bothChange);
            jobs.get(KEY);
        });
        var writers =
                List.of(
                        Thread.ofVirtual().start(() -> jobs.put(map("u", "1"))),
                        Thread.ofVirtual().start(() -> pods.put(map("u", "1"))));
        for (var writer : writers) {
            assertThat(writer.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void aHandlerThatThrowsDoesNotKeepTheChangeFromTheOthers() {
        var informer = new Informer<>(Kinds.CONFIG_MAPS);
        var heard = new ArrayList<String>();
        informer.onChange((_, _) -> {
            throw new IllegalStateException("broken");
        });
        informer.onChange((_, after) -> heard.add(after == null ? "-" : Meta.uid(after)));
        informer.put(map("u", "1"));
        informer.remove(map("u", "2"));
        assertThat(heard).containsExactly("u", "-");
        assertThat(informer.lastBug()).hasMessage("broken");
    }

    @Test
    void aHandlerThatComesLateHearsOfEveryObjectOnceAndInOrder() throws Exception {
        var informer = new Informer<>(Kinds.CONFIG_MAPS);
        int last = 2_000;
        var writer =
                Thread.ofVirtual()
                        .start(() -> {
                            for (int version = 1; version <= last; version++) {
                                informer.put(map("u", Integer.toString(version)));
                            }
                        });
        var heard = new ArrayList<Long>();
        informer.onChange((_, after) -> heard.add(after == null ? -1 : Meta.version(after)));
        writer.join();
        assertThat(heard).isSorted().doesNotHaveDuplicates().contains((long) last);
    }

    @Test
    void knowsHowFarItHasCome() {
        var informer = new Informer<>(Kinds.CONFIG_MAPS);
        assertThat(informer.version()).isZero();
        informer.replace(List.of(map("u", "3")), "7");
        assertThat(informer.version()).isEqualTo(7);
        informer.put(map("u", "9"));
        informer.remove(map("u", "11"));
        assertThat(informer.version()).isEqualTo(11);
        informer.reached("12");
        assertThat(informer.version()).isEqualTo(12);
    }

    @Test
    void followsAServerThatWasRestored() {
        var informer = new Informer<>(Kinds.CONFIG_MAPS);
        informer.replace(List.of(map("u", "90")), "100");
        informer.replace(List.of(map("u", "20")), "30");
        assertThat(informer.get(KEY).map(Meta::version)).contains(20L);
        assertThat(informer.version()).isEqualTo(30);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ConfigMap map(String uid, String version) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("m")
                .withUid(uid)
                .withResourceVersion(version)
                .endMetadata()
                .build();
    }
}
