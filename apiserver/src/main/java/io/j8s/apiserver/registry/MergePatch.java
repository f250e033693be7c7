package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

/// RFC 7386.
public final class MergePatch implements PatchKind {

    @Override
    public Patched apply(Tree live, byte[] patch, TypeSchema type) {
        try {
            Object wanted = JsonCodec.readDynamic(patch);
            Object merged = merge(JsonCodec.readDynamic(JsonCodec.write(live)), wanted);
            var decoded = JsonCodec.read(JsonCodec.writeValue(merged), type);
            return new Patched(decoded.tree(), decoded.strictErrors());
        } catch (DecodeException e) {
            throw new ApiException(new ApiError.BadRequest(e.text()));
        }
    }

    private static Object merge(Object target, Object patch) {
        if (!(patch instanceof TreeMap changes)) {
            return patch;
        }
        TreeMap result = target instanceof TreeMap map ? map : TreeMap.dynamic();
        for (String key : changes.keys()) {
            Object value = changes.value(key);
            if (value == null || value == Tree.NULL) {
                result.remove(key);
            } else {
                Object before = result.value(key);
                result.putValue(key, merge(before == null ? Tree.NULL : before, value));
            }
        }
        return result;
    }
}
