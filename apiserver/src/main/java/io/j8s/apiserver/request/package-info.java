/// What is known of a request before it is routed: who asks, for what, until when. Values only.
@NullMarked
package io.j8s.apiserver.request;

import org.jspecify.annotations.NullMarked;
