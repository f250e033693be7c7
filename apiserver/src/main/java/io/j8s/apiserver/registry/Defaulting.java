package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.Tree;

/// Sets what the fact table says a missing field means. Idempotent.
@FunctionalInterface
public interface Defaulting {

    void apply(Tree object);
}
