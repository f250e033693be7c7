package io.j8s.nodeagent.runtime;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What the CNI plugin portmap leaves in iptables. Its chain of one pod is `CNI-DN-` and a hash;
/// the rules that lead there carry the network's name as a comment, which is how ours are known.
final class PortMappings {

    private static final Pattern JUMP =
            Pattern.compile(
                    "^-A (\\S+) .*--comment .*name: \\\\?\"([^\"\\\\]+)\\\\?\".* -j (\\S+)$");
    private static final String POD_CHAIN = "CNI-DN-";

    /// The chains that all networks' rules hang on.
    static final List<String> SHARED =
            List.of("CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-MASQ", "CNI-HOSTPORT-SETMARK");

    private PortMappings() {}

    /// Pure: from the output of `iptables-save -t nat` to the input of `iptables-restore` that
    /// removes the rules of one network, and the plugin's shared chains when no other network uses
    /// them. Empty when there is nothing to do.
    ///
    /// Of shared chains only rules that were seen are deleted: with a rule that came since, such a
    /// chain cannot be removed, and `iptables-restore` changes all or nothing.
    static String removing(String saved, String network) {
        var deletions = new StringBuilder();
        var chains = new TreeSet<String>();
        for (var line : saved.lines().toList()) {
            var jump = JUMP.matcher(line);
            if (jump.find()
                    && jump.group(3).startsWith(POD_CHAIN)
                    && jump.group(2).equals(network)) {
                delete(line, deletions);
                chains.add(jump.group(3));
            }
        }
        chains.forEach(chain -> deletions.append("-F ").append(chain).append('\n'));
        if (isOnlyUsedBy(chains, saved)) {
            saved.lines()
                    .filter(line -> line.startsWith("-A ") && isOfShared(line))
                    .forEach(line -> delete(line, deletions));
            SHARED.stream().filter(chain -> saved.contains(":" + chain + " ")).forEach(chains::add);
        }
        if (chains.isEmpty()) {
            return "";
        }
        chains.forEach(chain -> deletions.append("-X ").append(chain).append('\n'));
        return "*nat\n" + deletions + "COMMIT\n";
    }

    /// A chain of another pod counts before anything leads to it: it is half made.
    private static boolean isOnlyUsedBy(Set<String> ours, String saved) {
        return saved.lines()
                .filter(line -> line.startsWith(":" + POD_CHAIN))
                .allMatch(line -> ours.contains(line.substring(1, line.indexOf(' '))));
    }

    private static boolean isOfShared(String rule) {
        var words = rule.split(" ", -1);
        var chain = words[1];
        var target = words[words.length - 1];
        return !chain.startsWith(POD_CHAIN)
                && !target.startsWith(POD_CHAIN)
                && (SHARED.contains(chain) || SHARED.contains(target));
    }

    private static void delete(String rule, StringBuilder deletions) {
        deletions.append("-D").append(rule.substring(2)).append('\n');
    }
}
