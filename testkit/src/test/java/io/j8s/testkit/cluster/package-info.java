/// Controllers' runtime and the real API server in one process: what a model of the server cannot
/// show.
@org.jspecify.annotations.NullMarked
package io.j8s.testkit.cluster;
