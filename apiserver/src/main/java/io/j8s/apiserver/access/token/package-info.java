/// Service-account tokens: how they are signed, what they claim, when they stop to count.
@NullMarked
package io.j8s.apiserver.access.token;

import org.jspecify.annotations.NullMarked;
