package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestInfo;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Requests that name no resource: exact paths first, then the longest prefix. Built once, then
/// read by all threads.
public final class PathRoutes implements Routes {

    private final Map<String, Endpoint> exact;
    private final NavigableMap<String, Endpoint> prefixes;
    private final List<String> listed;

    private PathRoutes(
            Map<String, Endpoint> exact,
            NavigableMap<String, Endpoint> prefixes,
            List<String> listed) {
        this.exact = exact;
        this.prefixes = prefixes;
        this.listed = listed;
    }

    /// Collects routes.
    public static final class Builder {

        private final Map<String, Endpoint> exact = new LinkedHashMap<>();
        private final NavigableMap<String, Endpoint> prefixes = new TreeMap<>();
        private final java.util.ArrayList<String> listed = new java.util.ArrayList<>();

        public Builder exact(String path, Endpoint endpoint) {
            exact.put(path, endpoint);
            listed.add(path);
            return this;
        }

        /// Everything below `prefix`, which ends in a slash.
        public Builder below(String prefix, Endpoint endpoint) {
            prefixes.put(prefix, endpoint);
            return this;
        }

        public PathRoutes build() {
            return new PathRoutes(Map.copyOf(exact), new TreeMap<>(prefixes), List.copyOf(listed));
        }
    }

    @Override
    public List<String> paths() {
        return listed;
    }

    @Override
    public @Nullable Endpoint find(RequestInfo info, Exchange exchange) {
        String path = info.path();
        var found = exact.get(path);
        if (found == null && path.length() > 1 && path.endsWith("/")) {
            found = exact.get(path.substring(0, path.length() - 1));
        }
        if (found != null) {
            return found;
        }
        for (var entry : prefixes.headMap(path, true).descendingMap().entrySet()) {
            if (path.startsWith(entry.getKey())) {
                return entry.getValue();
            }
        }
        return null;
    }
}
