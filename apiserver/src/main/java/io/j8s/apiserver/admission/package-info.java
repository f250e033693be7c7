/// What admission is: what a plugin sees of a request and how it answers. The plugins are in
/// `plugins`.
@NullMarked
package io.j8s.apiserver.admission;

import org.jspecify.annotations.NullMarked;
