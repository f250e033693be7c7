package io.j8s.nodeagent.runtime;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// What the CNI plugin portmap leaves in iptables. Its chain of one pod is `CNI-DN-` and a hash;
/// the rules that lead there carry the network's name as a comment, which is how ours are known.
final class PortMappings {

    private static final Pattern JUMP =
            Pattern.compile(
                    "^-A (\\S+) .*--comment .*name: \\\\?\"([^\"\\\\]+)\\\\?\".* -j (\\S+)$");
    private static final Set<String> SHARED =
            Set.of("CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-MASQ", "CNI-HOSTPORT-SETMARK");

    private PortMappings() {}

    /// Pure: from the output of `iptables-save -t nat` to the input of `iptables-restore` that
    /// removes the rules of one network, and the plugin's shared chains when no other network uses
    /// them. Empty when there is nothing to do.
    static String removing(String saved, String network) {
        var deletions = new StringBuilder();
        var chains = new LinkedHashSet<String>();
        boolean isShared = false;
        for (var line : saved.lines().toList()) {
            var jump = JUMP.matcher(line);
            if (jump.find() && jump.group(3).startsWith("CNI-DN-")) {
                if (jump.group(2).equals(network)) {
                    deletions.append("-D").append(line.substring(2)).append('\n');
                    chains.add(jump.group(3));
                } else {
                    isShared = true;
                }
            }
        }
        if (!isShared && saved.contains(":CNI-HOSTPORT-")) {
            saved.lines()
                    .filter(line -> line.startsWith("-A ") && leadsToShared(line))
                    .forEach(line -> deletions.append("-D").append(line.substring(2)).append('\n'));
            SHARED.stream()
                    .filter(chain -> saved.contains(":" + chain + " "))
                    .sorted()
                    .forEach(chains::add);
        }
        if (chains.isEmpty()) {
            return "";
        }
        chains.forEach(chain -> deletions.append("-F ").append(chain).append('\n'));
        chains.forEach(chain -> deletions.append("-X ").append(chain).append('\n'));
        return "*nat\n" + deletions + "COMMIT\n";
    }

    private static boolean leadsToShared(String rule) {
        var words = rule.split(" ", -1);
        return SHARED.contains(words[words.length - 1]) && !SHARED.contains(words[1]);
    }
}
