package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.Tree;

import java.time.Instant;
import java.util.List;

/// Makes the Tables that `kubectl get` asks for. Pure; any thread.
@FunctionalInterface
public interface TableForm {

    /// @param rows objects of the stored version
    /// @param options what else of the Table is wanted
    /// @return the Table in JSON, without a newline
    byte[] table(ServedResource resource, List<Tree> rows, ListMeta metadata, Options options);

    /// @param version of the Table: `v1` or `v1beta1`
    /// @param include `None`, `Metadata` or `Object`: what stands beside a row's cells
    /// @param columns whether the columns are described: in a watch only once
    /// @param ofList whether the rows are a list's, not one object asked for or watched
    record Options(String version, String include, boolean columns, boolean ofList, Instant now) {}
}
