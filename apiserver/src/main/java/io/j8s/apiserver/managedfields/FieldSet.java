package io.j8s.apiserver.managedfields;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// A set of field paths as a sorted tree (upstream: `fieldpath.Set`). Only [#insert] changes one;
/// everything else gives new sets, which may share parts. Not thread-safe while it is filled.
public final class FieldSet {

    private static final FieldSet EMPTY = new FieldSet();

    /// One element: whether its own path is in the set, and what is below it.
    private static final class Node {
        final PathElement element;
        boolean member;
        @Nullable FieldSet below;

        Node(PathElement element, boolean member, @Nullable FieldSet below) {
            this.element = element;
            this.member = member;
            this.below = below;
        }
    }

    private final List<Node> nodes;

    FieldSet() {
        nodes = new ArrayList<>(4);
    }

    private FieldSet(List<Node> nodes) {
        this.nodes = nodes;
    }

    /// The set of these dotted field paths, e.g. `status`, `metadata.labels`.
    public static FieldSet of(String... dotted) {
        var set = new FieldSet();
        for (String path : dotted) {
            var elements = new ArrayList<PathElement>();
            for (String name : path.split("\\.", -1)) {
                elements.add(new PathElement.Field(name));
            }
            set.insert(elements);
        }
        return set;
    }

    void insert(List<PathElement> path) {
        if (path.isEmpty()) {
            return;
        }
        FieldSet at = this;
        for (int i = 0; i < path.size() - 1; i++) {
            at = at.descend(path.get(i));
        }
        at.node(path.getLast()).member = true;
    }

    void insertMember(PathElement element) {
        node(element).member = true;
    }

    /// The set below an element, to fill.
    FieldSet descend(PathElement element) {
        var node = node(element);
        var below = node.below;
        if (below == null) {
            below = new FieldSet();
            node.below = below;
        }
        return below;
    }

    /// Hangs a set below an element that has nothing below it yet.
    void attach(PathElement element, FieldSet below) {
        if (!below.isEmpty()) {
            node(element).below = below;
        }
    }

    public boolean isEmpty() {
        for (var node : nodes) {
            if (node.member || (node.below != null && !node.below.isEmpty())) {
                return false;
            }
        }
        return true;
    }

    boolean hasMember(PathElement element) {
        var node = find(element);
        return node != null && node.member;
    }

    /// What is below an element; empty when nothing is.
    FieldSet below(PathElement element) {
        var node = find(element);
        return node == null || node.below == null ? EMPTY : node.below;
    }

    boolean has(List<PathElement> path) {
        FieldSet at = this;
        for (int i = 0; i < path.size() - 1; i++) {
            at = at.below(path.get(i));
        }
        return !path.isEmpty() && at.hasMember(path.getLast());
    }

    FieldSet union(FieldSet other) {
        if (other.nodes.isEmpty()) {
            return this;
        }
        if (nodes.isEmpty()) {
            return other;
        }
        var out = new ArrayList<Node>(Math.max(nodes.size(), other.nodes.size()));
        int i = 0;
        int j = 0;
        while (i < nodes.size() || j < other.nodes.size()) {
            int order = order(i, other, j);
            if (order < 0) {
                out.add(nodes.get(i++));
            } else if (order > 0) {
                out.add(other.nodes.get(j++));
            } else {
                var a = nodes.get(i++);
                var b = other.nodes.get(j++);
                FieldSet below =
                        a.below == null
                                ? b.below
                                : b.below == null ? a.below : a.below.union(b.below);
                out.add(new Node(a.element, a.member || b.member, below));
            }
        }
        return new FieldSet(out);
    }

    FieldSet intersection(FieldSet other) {
        var out = new ArrayList<Node>();
        int i = 0;
        int j = 0;
        while (i < nodes.size() && j < other.nodes.size()) {
            int order = order(i, other, j);
            if (order < 0) {
                i++;
            } else if (order > 0) {
                j++;
            } else {
                var a = nodes.get(i++);
                var b = other.nodes.get(j++);
                FieldSet below =
                        a.below == null || b.below == null ? null : a.below.intersection(b.below);
                addUseful(out, a.element, a.member && b.member, below);
            }
        }
        return new FieldSet(out);
    }

    /// The paths that are not in the other set, each compared exactly.
    FieldSet difference(FieldSet other) {
        return minus(other, false);
    }

    /// As [#difference], and without everything below the other set's paths.
    FieldSet recursiveDifference(FieldSet other) {
        return minus(other, true);
    }

    private FieldSet minus(FieldSet other, boolean recursive) {
        if (other.nodes.isEmpty() || nodes.isEmpty()) {
            return this;
        }
        var out = new ArrayList<Node>(nodes.size());
        int j = 0;
        for (int i = 0; i < nodes.size(); i++) {
            while (j < other.nodes.size() && order(i, other, j) > 0) {
                j++;
            }
            var a = nodes.get(i);
            if (j == other.nodes.size() || order(i, other, j) != 0) {
                out.add(a);
                continue;
            }
            var b = other.nodes.get(j);
            if (recursive && b.member) {
                continue;
            }
            FieldSet below =
                    a.below == null || b.below == null
                            ? a.below
                            : a.below.minus(b.below, recursive);
            addUseful(out, a.element, a.member && !b.member, below);
        }
        return new FieldSet(out);
    }

    /// The set with a member for each element that has something below it and is chosen (upstream:
    /// `EnsureNamedFieldsAreMembers`).
    FieldSet withMembers(Predicate<PathElement> chosen, Descent descent) {
        var out = new ArrayList<Node>(nodes.size());
        for (var node : nodes) {
            var below = node.below;
            boolean member = node.member;
            if (below != null) {
                member |= chosen.test(node.element);
                below = descent.into(node.element, below);
            }
            out.add(new Node(node.element, member, below));
        }
        return new FieldSet(out);
    }

    /// Rewrites what is below an element.
    interface Descent {
        FieldSet into(PathElement element, FieldSet below);
    }

    /// Visits all paths; the list is reused and must be copied to be kept. At each level the
    /// members come before what is below, as upstream iterates.
    void forEach(Consumer<List<PathElement>> action) {
        forEach(new ArrayList<>(), action);
    }

    private void forEach(List<PathElement> prefix, Consumer<List<PathElement>> action) {
        for (var node : nodes) {
            if (node.member) {
                prefix.add(node.element);
                action.accept(prefix);
                prefix.removeLast();
            }
        }
        for (var node : nodes) {
            if (node.below != null) {
                prefix.add(node.element);
                node.below.forEach(prefix, action);
                prefix.removeLast();
            }
        }
    }

    /// Receives the elements of one level in order.
    interface LevelVisitor {
        void visit(PathElement element, boolean member, FieldSet below);
    }

    void forLevel(LevelVisitor visitor) {
        for (var node : nodes) {
            visitor.visit(node.element, node.member, node.below == null ? EMPTY : node.below);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FieldSet set
                && difference(set).isEmpty()
                && set.difference(this).isEmpty();
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (var node : nodes) {
            if (node.member) {
                hash = 31 * hash + node.element.hashCode();
            }
        }
        return hash;
    }

    /// One path a line.
    @Override
    public String toString() {
        var out = new StringBuilder();
        forEach(path -> {
            if (!out.isEmpty()) {
                out.append('\n');
            }
            path.forEach(out::append);
        });
        return out.toString();
    }

    private static void addUseful(
            List<Node> out, PathElement element, boolean member, @Nullable FieldSet below) {
        FieldSet kept = below == null || below.isEmpty() ? null : below;
        if (member || kept != null) {
            out.add(new Node(element, member, kept));
        }
    }

    /// Which comes first; a side that is used up comes last.
    private int order(int i, FieldSet other, int j) {
        if (i == nodes.size()) {
            return 1;
        }
        return j == other.nodes.size()
                ? -1
                : nodes.get(i).element.compareTo(other.nodes.get(j).element);
    }

    private @Nullable Node find(PathElement element) {
        int at = search(element);
        return at < 0 ? null : nodes.get(at);
    }

    private Node node(PathElement element) {
        int at = search(element);
        if (at >= 0) {
            return nodes.get(at);
        }
        var node = new Node(element, false, null);
        nodes.add(-at - 1, node);
        return node;
    }

    private int search(PathElement element) {
        int low = 0;
        int high = nodes.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = nodes.get(middle).element.compareTo(element);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }
}
