/// Tests of the registry.
@org.jspecify.annotations.NullMarked
package io.j8s.apiserver.registry;
