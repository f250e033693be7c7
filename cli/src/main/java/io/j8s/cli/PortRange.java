package io.j8s.cli;

/// Ports from `first` to `last`, both included: `30000-32767`, or upstream's `30000+2768`.
record PortRange(int first, int last) {

    static final PortRange NODE_PORTS = new PortRange(30000, 32767); // upstream's default

    /// @throws IllegalArgumentException when `text` is no range of ports
    static PortRange parse(String text) {
        int sign = Math.max(text.indexOf('-'), text.indexOf('+'));
        try {
            int first = Integer.parseInt(sign < 0 ? text : text.substring(0, sign));
            int second = sign < 0 ? first : Integer.parseInt(text.substring(sign + 1));
            // upstream counts the first port in: 30000+10 is 30000 to 30010
            int last = sign > 0 && text.charAt(sign) == '+' ? first + second : second;
            if (first < 1 || last > 65535 || last < first) {
                throw new IllegalArgumentException("no range of ports: " + text);
            }
            return new PortRange(first, last);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no range of ports: " + text, e);
        }
    }
}
