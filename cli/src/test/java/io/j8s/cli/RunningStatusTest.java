package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Credential;
import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/// What `j8s status` says of a control plane that runs, whose nodes and pods are broken by hand.
class RunningStatusTest {

    private static final CloseStack parts = new CloseStack();
    @TempDir static Path scratch;
    private static DataDirectory directory;
    private static ApiCalls api;

    @BeforeAll
    static void start() throws Exception {
        var given =
                new CommandLine(new UpCommand().spec())
                        .parseArgs(
                                "--control-plane-only",
                                "--storage=memory",
                                "--port=0",
                                "--bind-address=127.0.0.1",
                                "--data-dir=" + scratch.toRealPath().resolve("d"));
        var config = UpConfig.of(given);
        var unseen =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var timers = parts.add(new SystemTimers());
        directory = DataDirectory.create(config.dataDirectory());
        parts.add(directory.lock());
        var stages = new Stages(new Terminal(unseen, unseen), timers, Duration.ZERO);
        parts.add(RunningCluster.start(config, directory, timers, stages, () -> {}));
        api = parts.add(ApiCalls.of(directory.kubeconfig()));
    }

    @AfterAll
    static void stop() {
        parts.close();
    }

    private static void send(String method, String path, String body) throws Exception {
        var type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
        var answer = api.send(method, path, type, body.replace('\'', '"'));
        assertThat(answer.status()).as(answer.body()).isBetween(200, 201);
    }

    private static void node(String name, String conditions) throws Exception {
        send(
                "POST",
                "/api/v1/nodes",
                "{'apiVersion':'v1','kind':'Node','metadata':{'name':'" + name + "'}}");
        send(
                "PATCH",
                "/api/v1/nodes/" + name + "/status",
                "{'status':{'conditions':[" + conditions + "]}}");
    }

    private static void pod(String name, String node, String status) throws Exception {
        send(
                "POST",
                "/api/v1/namespaces/default/pods",
                """
                {'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s'},
                 'spec':{'schedulerName':'nobody','nodeName':'%s','containers':[{'name':'c','image':'i'}]}}
                """
                        .formatted(name, node));
        send(
                "PATCH",
                "/api/v1/namespaces/default/pods/" + name + "/status",
                "{'status':" + status + "}");
    }

    @Test
    void everyProblemIsToldWithWhatToDo() throws Exception {
        var alone = StatusTest.Told.status(directory);
        assertThat(alone.code()).isEqualTo(ExitCode.FAILED);
        assertThat(alone.out())
                .contains("API server ready, 0 node(s), 0 pod(s)")
                .contains("- there is no node, so pods stay Pending");

        node(
                "full",
                "{'type':'DiskPressure','status':'True','message':'kubelet has disk pressure'}");
        node(
                "mute",
                "{'type':'Ready','status':'Unknown','message':'Kubelet stopped posting node"
                        + " status.'}");
        pod(
                "unpulled",
                "full",
                "{'phase':'Pending','containerStatuses':[{'name':'c','image':'i','imageID':'','ready':false,'restartCount':0,'state':{'waiting':{'reason':'ImagePullBackOff','message':'Back-off"
                    + " pulling image \\\"i\\\"'}}}]}");
        pod(
                "crashing",
                "full",
                "{'phase':'Running','containerStatuses':[{'name':'c','image':'i','imageID':'','ready':false,'restartCount':5,'state':{'waiting':{'reason':'CrashLoopBackOff','message':'back-off"
                    + " 5m0s'}}}]}");
        pod(
                "homeless",
                "",
                "{'phase':'Pending','conditions':[{'type':'PodScheduled','status':'False','reason':'Unschedulable','message':'0/2"
                    + " nodes are available'}]}");

        var told = StatusTest.Told.status(directory);
        assertThat(told.code()).isEqualTo(ExitCode.FAILED);
        assertThat(told.out())
                .contains(
                        """
                        - node full: DiskPressure is True: kubelet has disk pressure
                          make room on its disk; kubectl describe node full
                        """)
                .contains("- node mute: Ready is Unknown: Kubelet stopped posting node status.\n")
                .contains(
                        """
                        - pod unpulled -n default: container c: ImagePullBackOff: Back-off pulling image "i"
                          check the image's name, or bring it with `j8s image load FILE`
                        """)
                .contains("  kubectl logs --previous crashing -n default\n")
                .contains("- pod homeless -n default finds no node: 0/2 nodes are available\n");
        assertThat(told.err()).contains("problem(s) found; the lines above say what to do");
    }

    @Test
    void credentialsOfAnotherClusterAreTold() throws Exception {
        var other = DataDirectory.create(scratch.resolve("other"));
        var stranger =
                CertificateAuthority.create("kubernetes", StatusTest.now())
                        .issue(
                                CertificateSpec.client("kubernetes-admin", "system:masters"),
                                StatusTest.now());
        StatusTest.writeKubeconfig(
                other, Ports.ofKubeconfig(directory.kubeconfig()), authority(), stranger);
        try (var _ = other.lock()) {
            assertThat(StatusTest.Told.status(other).err())
                    .contains(
                            "the API server does not take the credentials of "
                                    + other.kubeconfig());
        }
    }

    @Test
    void anAgentsNodeIsSeenWithItsOwnCertificate() throws Exception {
        var agent = DataDirectory.create(scratch.resolve("agent"));
        int port = Ports.ofKubeconfig(directory.kubeconfig());
        Files.writeString(agent.path().resolve("server"), "https://127.0.0.1:" + port);
        StatusTest.joined(agent, authority(), UnaryOperator.identity());
        try (var _ = agent.lock()) {
            var missing = StatusTest.Told.status(agent);
            assertThat(missing.out())
                    .contains("node worker of the cluster at https://127.0.0.1:" + port)
                    .contains("- the cluster has no node worker\n");
            assertThat(missing.code()).isEqualTo(ExitCode.FAILED);

            node("worker", "{'type':'Ready','status':'True'}");
            assertThat(StatusTest.Told.status(agent).out()).endsWith("all is well\n");
            send("PATCH", "/api/v1/nodes/worker", "{'spec':{'unschedulable':true}}");
            assertThat(StatusTest.Told.status(agent).out())
                    .contains("- node worker takes no new pods\n  kubectl uncordon worker\n");
            send("DELETE", "/api/v1/nodes/worker", "");
        }
    }

    private static CertificateAuthority authority() throws Exception {
        var pki = directory.certificates();
        return new CertificateAuthority(
                Credential.parse(
                        Files.readString(pki.resolve("ca.crt"))
                                + Files.readString(pki.resolve("ca.key"))));
    }
}
