/// Rules that kinds of several groups share: how a struct being validated is read and its causes
/// reported, label selectors, quantities, counts. Pure.
@org.jspecify.annotations.NullMarked
package io.j8s.apiserver.resources.rules;
