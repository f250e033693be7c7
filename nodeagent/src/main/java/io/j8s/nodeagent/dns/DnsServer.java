package io.j8s.nodeagent.dns;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/// Serves DNS over UDP and TCP on one address. Each question has a virtual thread of its own;
/// beyond [#QUESTIONS_MAX] at a time UDP questions are dropped, as a full socket buffer would drop
/// them, and TCP connections wait to be accepted.
public final class DnsServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DnsServer.class);
    private static final int QUESTIONS_MAX = 1_000;
    private static final int DATAGRAM_MAX = 4_096;
    private static final int PLAIN_UDP_MAX = 512; // RFC 1035
    private static final int EDNS_UDP_MAX = 1_232; // the DNS flag day's size, which no path splits
    private static final int TCP_IDLE_MILLIS = 10_000;

    /// Where a cluster's people say who answers for names outside of it.
    private static final ObjectKey CONFIG = new ObjectKey("kube-system", "kube-dns");

    /// What to serve.
    ///
    /// @param domain e.g. `cluster.local`
    /// @param upstreams resolvers for everything else
    /// @param stubDomains resolvers for single domains, by their name
    public record Settings(
            InetAddress address,
            int port,
            String domain,
            List<InetSocketAddress> upstreams,
            Map<String, List<InetSocketAddress>> stubDomains) {
        public Settings {
            upstreams = List.copyOf(upstreams);
            stubDomains = Map.copyOf(stubDomains);
        }
    }

    private final DnsConfig standard;
    private final Forwarder forwarder;
    private final Resolution resolution;
    private final ClusterRecords records;
    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Semaphore questions = new Semaphore(QUESTIONS_MAX);

    /// Binds both sockets to the same port.
    ///
    /// @throws IOException when the address or port cannot be had
    public DnsServer(Settings settings, Informers informers, Timers timers) throws IOException {
        records = new ClusterRecords(informers);
        standard = DnsConfig.of(settings.upstreams(), settings.stubDomains());
        forwarder = new Forwarder(standard, timers);
        resolution = new Resolution(new ClusterZone(records, settings.domain()), forwarder);
        informers
                .of(Kinds.CONFIG_MAPS, CONFIG.namespace(), "metadata.name=" + CONFIG.name())
                .onChange((_, after) -> use(after));
        tcp = new ServerSocket();
        tcp.setReuseAddress(true);
        tcp.bind(new InetSocketAddress(settings.address(), settings.port()));
        try {
            udp = new DatagramSocket(new InetSocketAddress(settings.address(), tcp.getLocalPort()));
        } catch (IOException e) {
            tcp.close();
            throw e;
        }
    }

    /// A configuration that cannot be read changes nothing.
    private void use(@Nullable ConfigMap config) {
        try {
            forwarder.use(config == null ? standard : standard.changedBy(config));
        } catch (IllegalArgumentException e) {
            log.atError()
                    .addKeyValue("configMap", CONFIG)
                    .addKeyValue("cause", e.getMessage())
                    .log("unreadable DNS configuration");
        }
    }

    public void start() {
        var _ = Thread.ofVirtual().name("dns udp").start(this::serveUdp);
        var _ = Thread.ofVirtual().name("dns tcp").start(this::serveTcp);
    }

    public int port() {
        return tcp.getLocalPort();
    }

    /// Completes when all Services, endpoints and namespaces are known.
    public CompletableFuture<Void> synced() {
        return records.synced();
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException e) {
            log.debug("closing the DNS socket failed", e);
        }
    }

    private void serveUdp() {
        while (!udp.isClosed()) {
            var packet = new DatagramPacket(new byte[DATAGRAM_MAX], DATAGRAM_MAX);
            try {
                udp.receive(packet);
            } catch (IOException e) {
                if (udp.isClosed()) {
                    return;
                }
                log.debug("receiving failed", e);
                continue;
            }
            if (questions.tryAcquire()) {
                var _ = Thread.ofVirtual().name("dns question").start(() -> answerUdp(packet));
            }
        }
    }

    private void answerUdp(DatagramPacket packet) {
        try {
            byte[] wire = Arrays.copyOf(packet.getData(), packet.getLength());
            byte[] answer = answer(wire, true);
            if (answer != null) {
                udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            log.debug("answering failed", e);
        } finally {
            questions.release();
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try {
                questions.acquire();
                accept();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Whoever connects holds one of the permits until the connection ends.
    private void accept() {
        try {
            @SuppressWarnings("resource") // closed by its own thread
            Socket client = tcp.accept();
            var _ = Thread.ofVirtual().name("dns connection").start(() -> answerTcp(client));
        } catch (IOException e) {
            questions.release();
            if (!tcp.isClosed()) {
                log.debug("accepting failed", e);
            }
        }
    }

    private void answerTcp(Socket client) {
        try (client) {
            client.setSoTimeout(TCP_IDLE_MILLIS);
            var in = new DataInputStream(client.getInputStream());
            var out = new DataOutputStream(client.getOutputStream());
            while (true) {
                byte[] wire = new byte[in.readUnsignedShort()];
                in.readFully(wire);
                byte[] answer = answer(wire, false);
                if (answer == null) {
                    return;
                }
                byte[] framed = new byte[answer.length + 2];
                framed[0] = (byte) (answer.length >> 8);
                framed[1] = (byte) answer.length;
                System.arraycopy(answer, 0, framed, 2, answer.length);
                out.write(framed);
                out.flush();
            }
        } catch (EOFException _) {
            // the client is done
        } catch (IOException e) {
            log.debug("DNS connection failed", e);
        } finally {
            questions.release();
        }
    }

    /// Null for what is no question at all: it gets no answer.
    @SuppressWarnings("CatchingUnchecked") // an edge: a bug must not take the server down
    private byte @Nullable [] answer(byte[] wire, boolean isUdp) {
        Message query;
        try {
            query = new Message(wire);
        } catch (IOException _) {
            return null;
        }
        if (query.getHeader().getFlag(Flags.QR)) {
            return null;
        }
        try {
            var answer = resolution.answer(query);
            OPTRecord options = query.getOPT();
            int max = 65_535;
            if (options != null) {
                answer.addRecord(new OPTRecord(EDNS_UDP_MAX, 0, 0), Section.ADDITIONAL);
            }
            if (isUdp) {
                max =
                        options == null
                                ? PLAIN_UDP_MAX
                                : Math.clamp(options.getPayloadSize(), PLAIN_UDP_MAX, EDNS_UDP_MAX);
            }
            return answer.toWire(max); // sets TC and cuts when it does not fit
        } catch (Exception bug) {
            log.atError()
                    .setCause(bug)
                    .addKeyValue("question", query.getQuestion())
                    .log("no answer");
            return null;
        }
    }
}
