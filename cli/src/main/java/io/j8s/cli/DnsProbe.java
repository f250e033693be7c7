package io.j8s.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Asks the cluster's DNS for the API server's name, by the service address, as a pod does.
///
/// @param server the `kube-dns` service's address
/// @param domain the cluster's domain
record DnsProbe(String server, String domain) {

    private static final int TIMEOUT_FIRST_MS = 32;
    private static final int TIMEOUT_LAST_MS = 256;
    private static final int ANSWER_BYTES_MAX = 512;
    private static final int ID = 0x4a38;
    private static final byte[] ROOT_TYPE_A_CLASS_IN = {0, 0, 1, 0, 1};

    /// Whether an answer came that has a record. A question from before the service's rules is lost
    /// for good, and so are those that follow from the same port: each is asked from a new one, and
    /// given up soon, unless the machine is slow.
    boolean answers() {
        for (int timeout = TIMEOUT_FIRST_MS; timeout <= TIMEOUT_LAST_MS; timeout *= 2) {
            try {
                return answersWithin(timeout);
            } catch (SocketTimeoutException _) {
                // the next question, from another port
            } catch (IOException _) {
                return false; // not yet
            }
        }
        return false;
    }

    private boolean answersWithin(int timeoutMs) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(timeoutMs);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(server), 53));
            var query = query();
            socket.send(new DatagramPacket(query, query.length));
            var answer = new DatagramPacket(new byte[ANSWER_BYTES_MAX], ANSWER_BYTES_MAX);
            socket.receive(answer);
            return hasRecord(answer.getData(), answer.getLength());
        }
    }

    /// RFC 1035: header with one question, then the name in labels, type A, class IN.
    byte[] query() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {ID >> 8, ID & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        for (var label : List.of(("kubernetes.default.svc." + domain).split("\\.", -1))) {
            var bytes = label.getBytes(StandardCharsets.US_ASCII);
            out.write(bytes.length);
            out.writeBytes(bytes);
        }
        out.writeBytes(ROOT_TYPE_A_CLASS_IN);
        return out.toByteArray();
    }

    static boolean hasRecord(byte[] answer, int length) {
        boolean isOurs = length > 12 && answer[0] == (byte) (ID >> 8) && answer[1] == (byte) ID;
        int code = length > 12 ? answer[3] & 0x0f : -1;
        int records = length > 12 ? ((answer[6] & 0xff) << 8) | (answer[7] & 0xff) : 0;
        return isOurs && code == 0 && records > 0;
    }
}
