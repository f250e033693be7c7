package io.j8s.apiserver.resources.core;

import java.util.LinkedHashSet;
import java.util.List;

/// Access modes of volumes in the short form of tables.
final class AccessModes {

    private AccessModes() {}

    /// `RWO,ROX,RWX,RWOP`, each once, in this order.
    static String print(List<String> modes) {
        var shown = new LinkedHashSet<String>();
        var all = List.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");
        var brief = List.of("RWO", "ROX", "RWX", "RWOP");
        for (int i = 0; i < all.size(); i++) {
            if (modes.contains(all.get(i))) {
                shown.add(brief.get(i));
            }
        }
        return String.join(",", shown);
    }
}
