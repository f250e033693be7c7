package io.j8s.nodeagent.proxy;

/// The fixed part of the table: hooks, maps and the chains that everything else leads to. Pure.
final class Frame {

    private static final String MASQUERADE_MARK = "0x4000"; // upstream: iptables-masquerade-bit 14

    private Frame() {}

    /// Replaces whatever an earlier run left; the whole batch takes effect at once.
    ///
    /// @param serviceCidr cluster IPs: those that nobody has are refused
    static String create(Table table, String serviceCidr) {
        return """
        add table %1$s
        delete table %1$s
        table %1$s {
          map service-ips {
            type %4$s . inet_proto . inet_service : verdict
          }
          map service-nodeports {
            type inet_proto . inet_service : verdict
          }
          map no-endpoint-services {
            type %4$s . inet_proto . inet_service : verdict
          }
          map no-endpoint-nodeports {
            type inet_proto . inet_service : verdict
          }
          set cluster-ips {
            type %4$s
          }
          chain mark-for-masquerade {
            meta mark set meta mark or %2$s
          }
          chain reject-chain {
            meta l4proto tcp reject with tcp reset
            reject
          }
          chain drop-chain {
            drop
          }
          chain services {
            %5$s daddr . meta l4proto . th dport vmap @service-ips
            fib daddr type local %6$s meta l4proto . th dport vmap @service-nodeports
          }
          chain nat-prerouting {
            type nat hook prerouting priority dstnat; policy accept;
            jump services
          }
          chain nat-output {
            type nat hook output priority -100; policy accept;
            jump services
          }
          chain nat-postrouting {
            type nat hook postrouting priority srcnat; policy accept;
            meta mark and %2$s == %2$s jump masquerading
          }
          chain masquerading {
            meta mark set meta mark xor %2$s
            masquerade fully-random
          }
          chain no-endpoint-check {
            %5$s daddr . meta l4proto . th dport vmap @no-endpoint-services
          }
          chain cluster-ip-check {
            %5$s daddr @cluster-ips goto reject-chain comment "cluster IP without this port"
            %5$s daddr %3$s drop comment "cluster IP that no service has"
          }
          chain filter-input {
            type filter hook input priority -110; policy accept;
            ct state new meta l4proto . th dport vmap @no-endpoint-nodeports
          }
          chain filter-forward {
            type filter hook forward priority -110; policy accept;
            ct state new jump no-endpoint-check
            ct state new jump cluster-ip-check
          }
          chain filter-output {
            type filter hook output priority -110; policy accept;
            ct state new jump no-endpoint-check
          }
          chain filter-output-after-nat {
            type filter hook output priority -90; policy accept;
            ct state new jump cluster-ip-check
          }
        }
        """
                .formatted(
                        table,
                        MASQUERADE_MARK,
                        serviceCidr,
                        table.family().addressType(),
                        table.family().word(),
                        table.family().notLoopback());
    }
}
