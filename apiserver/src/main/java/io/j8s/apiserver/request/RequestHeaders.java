package io.j8s.apiserver.request;

import java.util.List;
import java.util.Map;

/// The headers of a request; names in any spelling.
public interface RequestHeaders {

    RequestHeaders NONE =
            new RequestHeaders() {
                @Override
                public List<String> headers(String name) {
                    return List.of();
                }

                @Override
                public Map<String, List<String>> headers() {
                    return Map.of();
                }
            };

    /// Every value of one name, in order; empty for none.
    List<String> headers(String name);

    /// All headers, for what is found by the beginning of its name.
    Map<String, List<String>> headers();
}
