package io.j8s.apiserver.schema;

import java.util.List;

/// What a reader made of a body.
///
/// @param strictErrors what strict field validation objects to, in upstream's words and order:
///   `unknown field "spec.foo"`, `duplicate field "metadata.name"`; at most 100
public record Decoded(Tree tree, List<String> strictErrors) {
    public Decoded {
        strictErrors = List.copyOf(strictErrors);
    }
}
