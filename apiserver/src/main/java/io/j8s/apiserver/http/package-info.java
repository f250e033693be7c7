/// Sockets, TLS and HTTP: turns what Undertow receives into an exchange and writes its answer. The
/// only package that sees `io.undertow`.
@NullMarked
package io.j8s.apiserver.http;

import org.jspecify.annotations.NullMarked;
