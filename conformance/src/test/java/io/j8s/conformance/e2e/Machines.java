package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;

/// Machines beside this one, as far as the network goes: each is a network namespace on a switch,
/// which is a bridge in a namespace of its own; this host has one link to it. Gone when closed.
final class Machines implements AutoCloseable {

    private final String prefix;
    private final String subnet;
    private final List<Machine> all = new ArrayList<>();

    /// One machine.
    ///
    /// @param name of it and of its namespace
    record Machine(String name, String address) {

        /// Runs a program with this machine's network.
        Shell.Output run(String... command) {
            return Shell.plain().run(inside(Arrays.asList(command)), "");
        }

        /// The command that runs another there. Not `ip netns exec`: it mounts /sys anew and hides
        /// the cgroups.
        List<String> inside(List<String> command) {
            var all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name));
            all.addAll(command);
            return all;
        }

        /// The body of an answer to one GET, or what went wrong.
        String get(String host, int port) {
            var output =
                    run("timeout", "5", "busybox", "wget", "-qO-", "http://" + host + ":" + port);
            return output.exitCode() == 0 ? output.out() : "failed: " + output.err();
        }
    }

    private Machines(String prefix, String subnet) {
        this.prefix = prefix;
        this.subnet = subnet;
    }

    static Machines create(int count) {
        // a link's name has at most 15 characters
        var prefix = "jm" + ProcessHandle.current().pid() % 100_000;
        var machines = new Machines(prefix, freeSubnet());
        try {
            machines.make(count);
            return machines;
        } catch (RuntimeException | AssertionError e) {
            machines.close();
            throw e;
        }
    }

    /// This host's address on the switch.
    String hostAddress() {
        return subnet + ".254";
    }

    Machine get(int index) {
        return all.get(index);
    }

    List<Machine> all() {
        return List.copyOf(all);
    }

    @Override
    public void close() {
        // a namespace takes its links and their other ends with it, but not at once
        Shell.plain().run("ip", "link", "del", prefix + "up");
        all.forEach(machine -> Shell.plain().run("ip", "netns", "del", machine.name()));
        Shell.plain().run("ip", "netns", "del", prefix + "sw");
    }

    private void make(int count) {
        var hub = prefix + "sw";
        ip("netns", "add", hub);
        ip("-n", hub, "link", "add", "br0", "type", "bridge");
        ip("-n", hub, "link", "set", "br0", "up");
        ip("link", "add", prefix + "up", "type", "veth", "peer", "name", "host0", "netns", hub);
        ip("-n", hub, "link", "set", "host0", "master", "br0", "up");
        ip("addr", "add", hostAddress() + "/24", "dev", prefix + "up");
        ip("link", "set", prefix + "up", "up");
        for (int i = 1; i <= count; i++) {
            var machine = new Machine(prefix + "n" + i, subnet + "." + i);
            var name = machine.name();
            ip("netns", "add", name);
            all.add(machine);
            ip(
                    "link", "add", "name", "up0", "netns", name, "type", "veth", "peer", "name",
                    "p" + i, "netns", hub);
            ip("-n", hub, "link", "set", "p" + i, "master", "br0", "up");
            ip("-n", name, "link", "set", "lo", "up");
            ip("-n", name, "addr", "add", machine.address() + "/24", "dev", "up0");
            ip("-n", name, "link", "set", "up0", "up");
            ip("-n", name, "route", "add", "default", "via", hostAddress());
        }
    }

    private static void ip(String... arguments) {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Shell.plain().run(command, "").expectSuccess();
    }

    /// The first three bytes of a /24 that no interface of the host is in.
    private static String freeSubnet() {
        try {
            var used = new HashSet<String>();
            for (var link : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                for (var address : link.getInterfaceAddresses()) {
                    used.add(address.getAddress().getHostAddress().replaceFirst("\\.\\d+$", ""));
                }
            }
            var random = new Random();
            while (true) {
                var candidate = "192.168." + (20 + random.nextInt(230));
                if (!used.contains(candidate)) {
                    return candidate;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
