/// The generic verbs over every resource, and what a kind may say about itself. No kind is named
/// here.
@NullMarked
package io.j8s.apiserver.registry;

import org.jspecify.annotations.NullMarked;
