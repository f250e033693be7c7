package io.j8s.nodeagent.server;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

/// Port forwarding for WebSocket clients. New ones carry SPDY itself in their messages; old ones
/// have two channels for each port, data and errors, each beginning with the port's number.
final class PortForwardSession {

    static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";
    static final String SPDY_PROTOCOL = "portforward.k8s.io";

    private PortForwardSession() {}

    /// Messages are pieces of one byte stream.
    static void tunnel(WebSocket client, RuntimeStream runtime, ExecutorService threads)
            throws IOException {
        threads.execute(() -> {
            try {
                for (var bytes = client.receive(); bytes != null; bytes = client.receive()) {
                    runtime.out().write(bytes);
                    runtime.out().flush();
                }
            } catch (IOException e) {
                // the end of either side ends the session
            }
            Pump.closeQuietly(runtime);
        });
        var block = new byte[32 * 1024];
        try {
            for (int read = runtime.in().read(block); read >= 0; read = runtime.in().read(block)) {
                client.sendBinary(Arrays.copyOf(block, read));
            }
        } finally {
            client.close(1000);
            client.closeConnection();
            runtime.close();
        }
    }

    /// @param ports in the order of the request
    static void channels(
            WebSocket client, RuntimeStream runtime, List<Integer> ports, ExecutorService threads)
            throws IOException {
        var spdy = new SpdyConnection(runtime);
        Map<Integer, Integer> streamOf = new ConcurrentHashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            for (var type : List.of("error", "data")) {
                int channel = 2 * i + (type.equals("error") ? 1 : 0);
                var headers = new LinkedHashMap<String, String>();
                headers.put("streamtype", type);
                headers.put("port", Integer.toString(ports.get(i)));
                headers.put("requestid", Integer.toString(i));
                int id = spdy.open(headers, new ToClient(client, channel));
                streamOf.put(channel, id);
                if (type.equals("error")) {
                    spdy.finish(id);
                }
                int port = ports.get(i);
                client.sendBinary(new byte[] {(byte) channel, (byte) port, (byte) (port >> 8)});
            }
        }
        threads.execute(() -> {
            try {
                for (var bytes = client.receive(); bytes != null; bytes = client.receive()) {
                    var stream = bytes.length < 2 ? null : streamOf.get((int) bytes[0]);
                    if (stream != null) {
                        spdy.send(stream, bytes, 1, bytes.length - 1);
                    }
                }
            } catch (IOException e) {
                // the end of either side ends the session
            }
            Pump.closeQuietly(runtime);
        });
        spdy.read();
        client.close(1000);
        client.closeConnection();
        runtime.close();
    }

    private record ToClient(WebSocket client, int channel) implements SpdyConnection.Receiver {
        @Override
        public void data(byte[] bytes) throws IOException {
            byte[] message = new byte[bytes.length + 1];
            message[0] = (byte) channel;
            System.arraycopy(bytes, 0, message, 1, bytes.length);
            client.sendBinary(message);
        }

        @Override
        public void end() {}
    }
}
