package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;

import java.util.Arrays;

/// Rules about paths inside volumes and containers.
final class Paths {

    private Paths() {}

    static boolean hasBacksteps(String path) {
        return Arrays.asList(path.split("/", -1)).contains("..");
    }

    static void noBacksteps(At at, String field, String path) {
        if (hasBacksteps(path)) {
            at.invalid(field, path, "must not contain '..'");
        }
    }

    /// Relative and never upwards.
    static void localDescending(At at, String field, String path) {
        if (path.startsWith("/")) {
            at.invalid(field, path, "must be a relative path");
        }
        noBacksteps(at, field, path);
    }

    /// As [#localDescending], and not beginning with the two dots that the kubelet's own links use.
    static void localNonReserved(At at, String field, String path) {
        localDescending(at, field, path);
        if (path.startsWith("..") && !path.startsWith("../")) {
            at.invalid(field, path, "must not start with '..'");
        }
    }
}
