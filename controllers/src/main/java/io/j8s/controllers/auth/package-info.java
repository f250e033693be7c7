/// The controllers around identities: service accounts, published roots, aggregated roles.
@NullMarked
package io.j8s.controllers.auth;

import org.jspecify.annotations.NullMarked;
