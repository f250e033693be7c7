package io.j8s.nodeagent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.instance.InstanceId;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.linux.InNamespace;
import io.j8s.nodeagent.nftables.NftSocket;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// A node for the proxy: a network namespace, a proxy that works on it and informers that tests
/// fill by hand. Its two pods have a namespace in common; beside it is a machine that is in no
/// cluster.
final class ProxyNamespace {

    static final String CLUSTER_IP = "10.43.7.7";
    static final String NODE_IP = "192.168.99.1";
    static final String OUTSIDER = "192.168.98.2";

    private static final int SECONDS_MAX = 5;
    private static final String NODE_TO_OUTSIDER = "192.168.98.1";

    private final String namespace = "j8s-proxy-" + ProcessHandle.current().pid();
    private final String outside = "j8s-out-" + ProcessHandle.current().pid();
    private final SystemTimers timers = new SystemTimers();
    private final List<Process> servers = new ArrayList<>();
    private final Informers informers =
            new Informers(noApi(), timers, RandomGenerator.getDefault());
    private final Path directory;
    private final ServiceProxy proxy;

    ProxyNamespace(Path directory) throws Exception {
        this.directory = directory;
        host("ip", "netns", "add", namespace);
        inside("ip", "link", "set", "lo", "up");
        inside("ip", "addr", "add", NODE_IP + "/24", "dev", "lo");
        inside("ip", "addr", "add", "fd00:99::1/128", "dev", "lo", "nodad");
        inside("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        connect(outside, "eth0");
        inside("ip", "addr", "add", NODE_TO_OUTSIDER + "/24", "dev", "eth0");
        host("ip", "-n", outside, "addr", "add", OUTSIDER + "/24", "dev", "eth0");
        host("ip", "-n", outside, "route", "add", "default", "via", NODE_TO_OUTSIDER);
        for (int number : List.of(2, 3)) {
            makePod(number);
        }
        route("10.43.0.0/16");
        inside("ip", "-6", "route", "add", "fd00:43::/112", "dev", "lo");
        serve("10.42.0.2", "one");
        serve("10.42.0.3", "two");
        var settings =
                new ServiceProxy.Settings(
                        new InstanceId("0badcafe"),
                        "n1",
                        List.of("10.42.0.0/16", "fd00:42::/64"),
                        List.of("10.43.0.0/16", "fd00:43::/112"));
        informers.of(Kinds.NODES).replace(List.of(), "");
        informers.of(Kinds.SERVICES).replace(List.of(), "");
        informers.of(Kinds.ENDPOINT_SLICES).replace(List.of(), "");
        var nft = new NftSocket(() -> InNamespace.netfilter(namespace));
        proxy = new ServiceProxy(settings, informers, hurried(), nft, Conntrack.ofHost());
    }

    private void connect(String other, String link) throws InterruptedException {
        host("ip", "netns", "add", other);
        host(
                "ip", "link", "add", "name", link, "netns", namespace, "type", "veth", "peer",
                "name", "eth0", "netns", other);
        inside("ip", "link", "set", link, "up");
        host("ip", "-n", other, "link", "set", "lo", "up");
        host("ip", "-n", other, "link", "set", "eth0", "up");
    }

    private void makePod(int number) throws InterruptedException {
        var pod = pod(number);
        var link = "pod" + number;
        connect(pod, link);
        for (var range : List.of("10.42.0.", "fd00:42::")) {
            var family = range.indexOf(':') < 0 ? "-4" : "-6";
            var whole = family.equals("-4") ? "/32" : "/128";
            inside("ip", family, "addr", "add", range + "1" + whole, "dev", link, "nodad");
            inside("ip", family, "route", "add", range + number + whole, "dev", link);
            host("ip", "-n", pod, "addr", "add", range + number + whole, "dev", "eth0", "nodad");
            host("ip", "-n", pod, family, "route", "add", range + "1" + whole, "dev", "eth0");
            host("ip", "-n", pod, family, "route", "add", "default", "via", range + "1");
        }
    }

    /// A pod's namespace, by the last digit of its address.
    private String pod(int number) {
        return namespace + "-" + number;
    }

    private String pod(String ip) {
        var digits = ip.replaceAll("\\D", "");
        return pod(digits.charAt(digits.length() - 1) - '0');
    }

    void start() throws Exception {
        proxy.start();
        proxy.synced().get(20, TimeUnit.SECONDS);
    }

    void put(Service service) {
        informers.of(Kinds.SERVICES).put(service);
    }

    void remove(Service service) {
        informers.of(Kinds.SERVICES).remove(service);
    }

    /// Pods of the Service `web` on this node.
    void slices(Map<String, Boolean> readyByIp) {
        slices(slice("web-1", "IPv4", "n1", readyByIp));
    }

    void slices(EndpointSlice... all) {
        informers.of(Kinds.ENDPOINT_SLICES).replace(List.of(all), "");
    }

    /// `web` with port 80.
    static Service service(int nodePort) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web")
                .withUid("u1")
                .endMetadata()
                .withNewSpec()
                .withType(nodePort > 0 ? "NodePort" : "ClusterIP")
                .withClusterIP(CLUSTER_IP)
                .withClusterIPs(CLUSTER_IP)
                .addNewPort()
                .withPort(80)
                .withProtocol("TCP")
                .withNodePort(nodePort > 0 ? nodePort : null)
                .endPort()
                .endSpec()
                .build();
    }

    static EndpointSlice slice(
            String name, String family, String node, Map<String, Boolean> readyByIp) {
        var builder =
                new EndpointSliceBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName(name)
                        .withUid(name)
                        .addToLabels("kubernetes.io/service-name", "web")
                        .endMetadata()
                        .withAddressType(family)
                        .addNewPort()
                        .withName("")
                        .withPort(8080)
                        .withProtocol("TCP")
                        .endPort();
        readyByIp.forEach((ip, ready) ->
                builder.addNewEndpoint()
                        .withAddresses(ip)
                        .withNodeName(node)
                        .withNewConditions()
                        .withReady(ready)
                        .withServing(ready)
                        .endConditions()
                        .endEndpoint());
        return builder.build();
    }

    /// Answers with that word, and below `/cgi-bin/who` with the address that it was asked from.
    void serve(String ip, String answer) throws IOException, InterruptedException {
        var root = Files.createDirectories(directory.resolve(answer));
        Files.writeString(root.resolve("index.html"), answer);
        var who = Files.createDirectories(root.resolve("cgi-bin")).resolve("who");
        Files.writeString(
                who, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"$REMOTE_ADDR\"\n");
        Files.setPosixFilePermissions(who, PosixFilePermissions.fromString("rwxr-xr-x"));
        servers.add(
                new ProcessBuilder(
                                within(
                                        pod(ip),
                                        "busybox",
                                        "httpd",
                                        "-f",
                                        "-p",
                                        ip + ":8080",
                                        "-h",
                                        root.toString()))
                        .start());
        await(() -> get(pod(ip), SECONDS_MAX, ip + ":8080/").equals(answer));
    }

    /// Sends what no address has to where the rules see it.
    void route(String range) throws InterruptedException {
        inside("ip", "route", "add", range, "dev", "lo");
    }

    /// How often each answer came, asked on the node; `refused` for none.
    Map<String, Integer> answers(int requests, String target) throws InterruptedException {
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < requests; i++) {
            counts.merge(get(namespace, SECONDS_MAX, target + "/"), 1, Integer::sum);
        }
        return counts;
    }

    /// One answer, asked by the machine outside; `refused`, or `silence`.
    String fromOutside(String target) throws InterruptedException {
        return get(outside, SECONDS_MAX, target);
    }

    /// Whether nobody answers, not even with a refusal.
    boolean isSilent(boolean fromOutside, String target) throws InterruptedException {
        return get(fromOutside ? outside : namespace, 2, target).equals("silence");
    }

    /// The address that a pod shows when it asks for `/cgi-bin/who` at a target.
    String seenFrom(String podIp, String target) throws InterruptedException {
        return get(pod(podIp), SECONDS_MAX, target + "/cgi-bin/who");
    }

    private static String get(String namespace, int seconds, String target)
            throws InterruptedException {
        var result =
                HostCommand.run(
                        within(
                                namespace,
                                "timeout",
                                Integer.toString(seconds),
                                "busybox",
                                "wget",
                                "-qO-",
                                "http://" + target),
                        "");
        return switch (result.exitCode()) {
            case 0 -> result.output();
            case 124, 143 -> "silence"; // as timeout says it
            default -> "refused";
        };
    }

    String rules() throws InterruptedException {
        return HostCommand.run(within(namespace, "nft", "--stateless", "list", "ruleset"), "")
                .output();
    }

    /// Runs `nft` on the node with a script as its input.
    void nft(String script) throws InterruptedException {
        var result = HostCommand.run(within(namespace, "nft", "-f", "-"), script);
        assertThat(result.exitCode()).as(result.output() + "\n" + script).isZero();
    }

    interface Condition {
        boolean holds() throws InterruptedException;
    }

    void await(Condition condition) throws InterruptedException {
        var deadline = timers.deadline(Duration.ofSeconds(30));
        while (!condition.holds()) {
            assertThat(deadline.hasPassed()).as(rules()).isFalse();
            timers.sleep(Duration.ofMillis(50));
        }
    }

    void remove() throws InterruptedException {
        proxy.close();
        timers.close();
        servers.forEach(Process::destroyForcibly);
        host("ip", "netns", "del", outside);
        host("ip", "netns", "del", pod(2));
        host("ip", "netns", "del", pod(3));
        host("ip", "netns", "del", namespace);
    }

    private void inside(String... command) throws InterruptedException {
        host(within(namespace, command).toArray(String[]::new));
    }

    private static List<String> within(String namespace, String... command) {
        var all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
        all.addAll(Arrays.asList(command));
        return all;
    }

    private static void host(String... command) throws InterruptedException {
        var result = HostCommand.run(List.of(command), "");
        assertThat(result.exitCode())
                .as(String.join(" ", command) + ": " + result.output())
                .isZero();
    }

    /// The proxy's looks after its rules come soon.
    private Timers hurried() {
        return new Timers() {
            @Override
            public Instant now() {
                return timers.now();
            }

            @Override
            public long nanoTime() {
                return timers.nanoTime();
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                timers.sleep(duration);
            }

            @Override
            public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
                return timers.schedule(delay.dividedBy(50), executor, task);
            }
        };
    }

    /// The informers are filled by hand: nothing may ask the API.
    private static Api noApi() {
        return (Api)
                Proxy.newProxyInstance(
                        ProxyNamespace.class.getClassLoader(),
                        new Class<?>[] {Api.class},
                        (_, method, _) -> {
                            throw new IllegalStateException("asked the API: " + method.getName());
                        });
    }
}
