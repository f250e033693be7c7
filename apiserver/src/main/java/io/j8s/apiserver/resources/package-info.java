/// The list of all kinds that have rules of their own; each kind's rules are one file in the
/// package of its group.
@NullMarked
package io.j8s.apiserver.resources;

import org.jspecify.annotations.NullMarked;
