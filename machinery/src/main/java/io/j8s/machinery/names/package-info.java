/// The rules for names, label keys and values, ports and addresses, with the exact explanations
/// that clients read (upstream: `k8s.io/apimachinery/pkg/util/validation`). Pure functions.
@NullMarked
package io.j8s.machinery.names;

import org.jspecify.annotations.NullMarked;
