package io.j8s.machinery.errors;

/// A bad value that messages show just so, without quotes: the JSON of a struct, a list or a map.
///
/// @param text what is shown
public record Verbatim(String text) {

    @Override
    public String toString() {
        return text;
    }
}
