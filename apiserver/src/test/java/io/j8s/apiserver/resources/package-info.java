/// Tests of what the API server knows about single kinds.
@org.jspecify.annotations.NullMarked
package io.j8s.apiserver.resources;
