package io.j8s.apiserver.schema;

/// Walks trees for [Tree#walk]. Depth is bounded by what the readers accept.
final class TreeWalk {

    private TreeWalk() {}

    static void walk(Tree tree, TreeVisitor visitor) {
        struct("", tree, visitor);
    }

    private static void struct(String path, Tree tree, TreeVisitor visitor) {
        var fields = tree.type().fieldArray();
        for (int i = 0; i < fields.length; i++) {
            Object value = tree.value(i);
            if (value != null) {
                value(dot(path, fields[i].name()), fields[i].type(), value, visitor);
            }
        }
        var extras = tree.extras();
        if (extras != null) {
            extras.forEach((key, value) ->
                    value(dot(path, key), ValueType.Scalar.DYNAMIC, value, visitor));
        }
    }

    private static void value(String path, ValueType type, Object value, TreeVisitor visitor) {
        if (!visitor.visit(path, type, value)) {
            return;
        }
        switch (value) {
            case Tree tree -> struct(path, tree, visitor);
            case TreeList list -> {
                for (int i = 0; i < list.size(); i++) {
                    value(path + "[" + i + "]", list.elementType(), list.get(i), visitor);
                }
            }
            case TreeMap map ->
                    map.forEach((key, child) ->
                            value(path + "[" + key + "]", map.valueType(), child, visitor));
            default -> {}
        }
    }

    private static String dot(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
