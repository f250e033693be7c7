package io.j8s.apiserver.registry;

import org.jspecify.annotations.Nullable;

/// The metadata of a list.
///
/// @param continueToken empty on the last page
/// @param remaining null when unknown or none
public record ListMeta(String resourceVersion, String continueToken, @Nullable Long remaining) {

    /// Fields in Go's order.
    public String toJson() {
        var out = new StringBuilder(64).append('{');
        if (!resourceVersion.isEmpty()) {
            out.append("\"resourceVersion\":\"").append(resourceVersion).append("\",");
        }
        if (!continueToken.isEmpty()) {
            out.append("\"continue\":\"").append(continueToken).append("\",");
        }
        if (remaining != null) {
            out.append("\"remainingItemCount\":").append(remaining).append(',');
        }
        if (out.length() > 1) {
            out.setLength(out.length() - 1);
        }
        return out.append('}').toString();
    }
}
