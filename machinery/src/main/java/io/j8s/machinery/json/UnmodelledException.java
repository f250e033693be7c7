package io.j8s.machinery.json;

/// This value is not one that the plain rules of [ModelJson] cover: fabric8's own mapper has to
/// read or write the whole document. It is an answer, so it has no stack trace.
public final class UnmodelledException extends RuntimeException {

    UnmodelledException(String what) {
        super(what, null, false, false);
    }
}
