/// Kinds of `apiregistration.k8s.io`. Each class knows one kind and no other.
@NullMarked
package io.j8s.apiserver.resources.apiregistration;

import org.jspecify.annotations.NullMarked;
