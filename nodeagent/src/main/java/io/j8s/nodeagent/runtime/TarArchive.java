package io.j8s.nodeagent.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Builds a small tar archive entry by entry in memory; the owner is root, times are zero.
final class TarArchive {

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

    TarArchive file(String name, int mode, byte[] content) {
        archive.writeBytes(header(name, mode, content.length, '0', ""));
        archive.writeBytes(content);
        archive.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return this;
    }

    TarArchive directory(String name, int mode) {
        archive.writeBytes(header(name + "/", mode, 0, '5', ""));
        return this;
    }

    TarArchive link(String name, String target) {
        archive.writeBytes(header(name, 0777, 0, '2', target));
        return this;
    }

    byte[] end() {
        archive.writeBytes(new byte[1024]);
        return archive.toByteArray();
    }

    private static byte[] header(String name, int mode, int length, char type, String target) {
        var header = ByteBuffer.allocate(512);
        header.put(0, bytes(name));
        header.put(100, bytes("%07o".formatted(mode)));
        header.put(108, bytes("0000000")).put(116, bytes("0000000"));
        header.put(124, bytes("%011o".formatted(length)));
        header.put(136, bytes("00000000000"));
        header.put(148, bytes("        "));
        header.put(156, (byte) type);
        header.put(157, bytes(target));
        header.put(257, bytes("ustar\0" + "00"));
        int sum = 0;
        for (byte b : header.array()) {
            sum += b & 0xff;
        }
        header.put(148, bytes("%06o\0 ".formatted(sum)));
        return header.array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
