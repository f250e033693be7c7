/// The controllers that tell services where their pods are.
@NullMarked
package io.j8s.controllers.network;

import org.jspecify.annotations.NullMarked;
