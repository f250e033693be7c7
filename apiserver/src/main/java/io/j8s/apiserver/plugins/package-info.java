/// Admission plugins, one file each; `Admission` lists them in upstream's order. They stand apart
/// from what admission is (`admission`), which the registry knows, because they read the registry.
@NullMarked
package io.j8s.apiserver.plugins;

import org.jspecify.annotations.NullMarked;
