package io.j8s.certs;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/// Tells textual IP addresses from names without ever asking a name server.
final class IpText {

    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private IpText() {}

    static boolean isAddress(String text) {
        return text.indexOf(':') >= 0 || V4.matcher(text).matches();
    }

    static byte[] bytes(String address) {
        if (!isAddress(address)) {
            throw new IllegalArgumentException("not an IP address: " + address);
        }
        try {
            return InetAddress.getByName(address).getAddress(); // a literal: no look-up
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an IP address: " + address, e);
        }
    }

    static String canonical(String address) {
        try {
            return InetAddress.getByAddress(bytes(address)).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an IP address: " + address, e);
        }
    }
}
