package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/// A list in a tree. Elements are tree values, never Java null; [Tree#NULL] stands for JSON null.
/// Not thread-safe while it changes.
public final class TreeList implements Iterable<Object> {

    private final ValueType elementType;
    private final List<Object> elements;

    public TreeList(ValueType elementType) {
        this(elementType, new ArrayList<>(4));
    }

    private TreeList(ValueType elementType, List<Object> elements) {
        this.elementType = elementType;
        this.elements = elements;
    }

    /// A list of custom data, see [ValueType.Scalar#DYNAMIC].
    public static TreeList dynamic() {
        return new TreeList(ValueType.Scalar.DYNAMIC);
    }

    public ValueType elementType() {
        return elementType;
    }

    public int size() {
        return elements.size();
    }

    public boolean isEmpty() {
        return elements.isEmpty();
    }

    public Object get(int index) {
        return elements.get(index);
    }

    /// The element as a tree; throws when it is none.
    public Tree tree(int index) {
        return (Tree) elements.get(index);
    }

    /// The element as text; throws when it is none.
    public String string(int index) {
        return (String) elements.get(index);
    }

    @Override
    public Iterator<Object> iterator() {
        return elements.iterator();
    }

    /// The elements that are trees; all of them in a list of structs without nulls. A fresh list:
    /// the trees are the list's own.
    public List<Tree> trees() {
        var out = new ArrayList<Tree>(elements.size());
        for (Object element : elements) {
            if (element instanceof Tree tree) {
                out.add(tree);
            }
        }
        return out;
    }

    /// The elements that are text, as a fresh list.
    public List<String> strings() {
        var out = new ArrayList<String>(elements.size());
        for (Object element : elements) {
            if (element instanceof String text) {
                out.add(text);
            }
        }
        return out;
    }

    /// The first struct whose field has this text, e.g. `find("name", "web")`.
    public @Nullable Tree find(String field, String text) {
        for (Object element : elements) {
            if (element instanceof Tree tree && text.equals(tree.string(field))) {
                return tree;
            }
        }
        return null;
    }

    public boolean contains(Object value) {
        return elements.contains(value);
    }

    /// Adds a value; Java values are converted as by [Tree#set].
    public TreeList add(Object value) {
        elements.add(Values.of(elementType, value));
        return this;
    }

    /// Adds an empty struct and gives it back; only for lists of structs.
    public Tree addTree() {
        var tree = new Tree((TypeSchema) elementType);
        elements.add(tree);
        return tree;
    }

    /// Adds a value that is a tree value already.
    public void addValue(Object value) {
        elements.add(value);
    }

    public void insertValue(int index, Object value) {
        elements.add(index, value);
    }

    public Object setValue(int index, Object value) {
        return elements.set(index, value);
    }

    public Object remove(int index) {
        return elements.remove(index);
    }

    public boolean removeIf(Predicate<Object> condition) {
        return elements.removeIf(condition);
    }

    public void clear() {
        elements.clear();
    }

    public TreeList copy() {
        var out = new TreeList(elementType, new ArrayList<>(elements.size()));
        for (Object element : elements) {
            out.elements.add(Values.copy(element));
        }
        return out;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TreeList list && elements.equals(list.elements);
    }

    @Override
    public int hashCode() {
        return elements.hashCode();
    }

    @Override
    public String toString() {
        return JsonCodec.text(this);
    }
}
