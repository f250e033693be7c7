/// The table of facts about every built-in type, the record tree that it shapes, and the codecs
/// between bytes and trees. Everything here is generic: no kind is named.
@NullMarked
package io.j8s.apiserver.schema;

import org.jspecify.annotations.NullMarked;
