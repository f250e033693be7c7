package io.j8s.apiserver.cache;

/// Which objects a request wants: its label and field selectors. Pure and safe for many threads,
/// for the cache asks on its own threads.
@FunctionalInterface
public interface Selection {

    Selection EVERYTHING = _ -> true;

    boolean matches(EncodedObject object);
}
