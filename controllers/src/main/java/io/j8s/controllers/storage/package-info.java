/// The controllers around volumes and their claims.
@NullMarked
package io.j8s.controllers.storage;

import org.jspecify.annotations.NullMarked;
