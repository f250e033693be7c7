/// The reference engine: everything in memory, as plain as the contract allows. Tests replay other
/// engines against it.
@NullMarked
package io.j8s.storage.memory;

import org.jspecify.annotations.NullMarked;
