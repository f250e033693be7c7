package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// API server, controllers and scheduler as processes of their own over an etcd, with keys that
/// somebody else made, as kubeadm would run them.
@Tag("e2e")
class ComponentsTest {

    private static final Duration START_MAX = Duration.ofSeconds(90);
    private static final String NAMES = "jsonpath={.items[*].metadata.name}";

    private static final String MANAGERS = "jsonpath={..metadata.managedFields[*].manager}";

    @TempDir Path directory;
    private final Deque<Process> running = new ArrayDeque<>();

    @AfterEach
    void end() throws InterruptedException {
        for (var process : running) {
            process.destroy();
        }
        for (var process : running) {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void apiServerControllersAndSchedulerRunApart() throws Exception {
        keys();
        int etcd = freePort();
        int peer = freePort();
        int port = freePort();
        start(
                "etcd",
                "--data-dir=" + directory.resolve("etcd"),
                "--listen-client-urls=http://127.0.0.1:" + etcd,
                "--advertise-client-urls=http://127.0.0.1:" + etcd,
                "--listen-peer-urls=http://127.0.0.1:" + peer,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + peer,
                "--initial-cluster=default=http://127.0.0.1:" + peer);
        j8s(
                "apiserver",
                "--etcd-servers=http://127.0.0.1:" + etcd,
                "--etcd-prefix=/one",
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                "--allow-privileged=true",
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--client-ca-file=" + file("ca.crt"),
                "--tls-cert-file=" + file("apiserver.crt"),
                "--tls-private-key-file=" + file("apiserver.key"),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + file("sa.pub"),
                "--service-account-signing-key-file=" + file("sa.key"),
                "--service-cluster-ip-range=10.96.0.0/16");
        var kubectl = new Kubectl(Kubectl.newest(), kubeconfig("admin", port));
        kubectl.until(START_MAX, "ok"::equals, "get", "--raw", "/readyz");

        int controllersPort = freePort();
        int schedulerPort = freePort();
        j8s(
                "controller-manager",
                "--secure-port=" + controllersPort,
                "--bind-address=127.0.0.1",
                // its own identity may not what its controllers need, on upstream too
                "--kubeconfig=" + kubeconfig("admin", port),
                "--root-ca-file=" + file("ca.crt"));
        var scheduler = kubeconfig("scheduler", port);
        j8s(
                "scheduler",
                "--secure-port=" + schedulerPort,
                "--bind-address=127.0.0.1",
                "--kubeconfig=" + scheduler,
                "--authentication-kubeconfig=" + scheduler,
                "--authorization-kubeconfig=" + scheduler);
        kubectl.until(START_MAX, "default"::equals, "get", "serviceaccounts", "-o", NAMES);
        kubectl.get("create", "deployment", "web", "--image=localhost/any:1");
        assertThat(
                        kubectl.until(
                                START_MAX,
                                text -> !text.isEmpty(),
                                "get",
                                "pods",
                                "-o",
                                "jsonpath={.items[0].status.conditions[0].message}"))
                .startsWith("no nodes available to schedule pods");
        // whoever reads managed fields finds upstream's names
        assertThat(kubectl.get("get", "deployment", "web", "-o", MANAGERS))
                .contains("kube-controller-manager");
        assertThat(kubectl.get("get", "pods", "-o", MANAGERS))
                .contains("kube-controller-manager", "kube-scheduler")
                .doesNotContain("fabric8");
        assertThat(kubectl.get("get", "leases", "-n", "kube-system", "-o", NAMES))
                .contains("kube-controller-manager", "kube-scheduler");
        assertThat(curl(controllersPort, "/healthz")).isEqualTo("ok 200");
        assertThat(curl(controllersPort, "/metrics")).endsWith("403");
        assertThat(curl(schedulerPort, "/readyz")).isEqualTo("ok 200");
        assertThat(curl(schedulerPort, "/metrics"))
                .contains("User \\\"system:anonymous\\\" cannot get path \\\"/metrics\\\"");
        // whose certificate counts is what the API server tells
        assertThat(asAdmin(schedulerPort, "/metrics"))
                .contains(
                        "scheduler_pending_pods{queue=",
                        "# HELP scheduler_pending_pods [STABLE] Number of pending pods",
                        "kubernetes_build_info{",
                        "kubernetes_feature_enabled{",
                        "process_resident_memory_bytes ",
                        "rest_client_requests_total{",
                        "rest_client_request_duration_seconds_bucket{host=",
                        "leader_election_master_status{name=\"kube-scheduler\"} 1.0");
        assertThat(asAdmin(schedulerPort, "/metrics/resources")).endsWith(" 200");
        assertThat(asAdmin(schedulerPort, "/flagz"))
                .contains(
                        "kube-scheduler flagz",
                        "\nleader-elect-lease-duration=15s\n",
                        "\nauthorization-always-allow-paths=[/healthz,/readyz,/livez]\n");
        assertThat(asAdmin(schedulerPort, "/statusz"))
                .contains("kube-scheduler statusz", "Paths: /configz /flagz /healthz /livez");
        assertThat(asAdmin(schedulerPort, "/configz"))
                .contains(
                        "\"kind\":\"DefaultPreemptionArgs\"",
                        "\"bindTimeoutSeconds\":600",
                        "\"qps\":50,");
        assertThat(curl(controllersPort, "/healthz?verbose"))
                .contains("[+]leaderElection ok", "[+]deployment-controller ok");
    }

    private String asAdmin(int port, String path) {
        return curl(
                port,
                path,
                "--cert",
                file("admin.crt").toString(),
                "--key",
                file("admin.key").toString());
    }

    private static String curl(int port, String path, String... more) {
        var command = new ArrayList<>(List.of("curl", "-sk", "-m", "30", "-w", " %{http_code}"));
        command.addAll(List.of(more));
        command.add("https://127.0.0.1:" + port + path);
        return Shell.plain().run(command, "").expectSuccess();
    }

    @Test
    void whatCannotBeHonouredIsRefused() {
        var output =
                Shell.plain()
                        .run(
                                Cluster.launcher().toString(),
                                "apiserver",
                                "--etcd-servers=http://127.0.0.1:1",
                                "--encryption-provider-config=/etc/keys.yaml");
        assertThat(output.exitCode()).isEqualTo(2);
        assertThat(output.err()).contains("--encryption-provider-config").hasLineCount(1);
    }

    private void keys() throws IOException {
        var script =
                """
                set -e
                authority() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout $1.key -out $1.crt -subj /CN=$2; }
                leaf() {
                  openssl req -newkey rsa:2048 -nodes -keyout $1.key -out $1.csr -subj "$2"
                  echo "$3" > $1.ext
                  openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out $1.crt -extfile $1.ext
                }
                authority ca kubernetes
                leaf apiserver /CN=kube-apiserver 'subjectAltName=IP:127.0.0.1'
                leaf admin /O=system:masters/CN=admin 'extendedKeyUsage=clientAuth'
                leaf scheduler /CN=system:kube-scheduler 'extendedKeyUsage=clientAuth'
                openssl genrsa -out sa.key 2048
                openssl rsa -in sa.key -pubout -out sa.pub
                """;
        Files.writeString(directory.resolve("keys.sh"), script);
        Shell.plain().run("sh", "-c", "cd " + directory + " && sh keys.sh").expectSuccess();
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Path kubeconfig(String user, int port) throws IOException {
        return Files.writeString(
                directory.resolve(user + ".conf"),
                """
                apiVersion: v1
                kind: Config
                clusters:
                - name: c
                  cluster: {server: "https://127.0.0.1:%d", certificate-authority: %s}
                users:
                - name: u
                  user: {client-certificate: %s, client-key: %s}
                contexts:
                - name: x
                  context: {cluster: c, user: u}
                current-context: x
                """
                        .formatted(port, file("ca.crt"), file(user + ".crt"), file(user + ".key")));
    }

    private void j8s(String... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Cluster.launcher().toString());
        command.addAll(List.of(arguments));
        start(command.toArray(String[]::new));
    }

    /// Output goes to a file: what nobody reads would stop a process that says much.
    private void start(String... command) throws IOException {
        var log = directory.resolve(running.size() + ".log").toFile();
        running.push(
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
