package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;

/// Turns objects of one served version of a kind into ones of the stored version and back. Pure;
/// the trees given are left as they are. `apiVersion` and `kind` are set by the registry.
public interface Conversion {

    /// For versions that differ in nothing but their name.
    Conversion SAME_FIELDS =
            new Conversion() {
                @Override
                public Tree toStored(Tree served, TypeSchema stored) {
                    return sameFields(served, stored);
                }

                @Override
                public Tree fromStored(Tree stored, TypeSchema served) {
                    return sameFields(stored, served);
                }
            };

    Tree toStored(Tree served, TypeSchema stored);

    Tree fromStored(Tree stored, TypeSchema served);

    /// The fields of the same names in another type; what it does not have is left out.
    static Tree sameFields(Tree from, TypeSchema to) {
        return JsonCodec.read(JsonCodec.write(from), to).tree();
    }
}
