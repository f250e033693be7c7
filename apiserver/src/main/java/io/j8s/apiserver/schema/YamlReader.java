package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads YAML as `sigs.k8s.io/yaml` turns it into JSON: the first document, scalars resolved by the
/// rules of go-yaml v2 (`yes` is true, `0644` is octal, timestamps stay text), keys as text, merge
/// keys, and duplicate keys reported. One per document and thread.
final class YamlReader {

    static final String ERRORS_HEAD = "yaml: unmarshal errors:\n";

    /// go-yaml: what aliases may blow a document up to
    private static final Pattern INDENT = Pattern.compile("(?m)^[ \\t]+");

    private static final int EXPANDED_NODES_MAX = 400_000;

    private static final long EXPANDED_CHARS_MAX = 32L << 20;

    /// @param errors at most one: every duplicate key with its line, as go-yaml's strict mode words
    ///   it
    record Document(Object value, List<String> errors) {
        Document {
            errors = List.copyOf(errors);
        }
    }

    /// A node that an alias may name, with what it would cost to have it once more.
    private record Anchored(Object value, int nodes, long chars) {}

    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private final List<String> duplicates = new ArrayList<>();
    private int depth;
    private int nodes;
    private long chars;
    private int line;

    private YamlReader(String text) {
        var settings =
                LoadSettings.builder()
                        .setCodePointLimit(Integer.MAX_VALUE)
                        .setAllowDuplicateKeys(true)
                        .build();
        events = new Parse(settings).parseString(text).iterator();
    }

    /// @throws DecodeException when the bytes are no YAML, or none that JSON could carry
    static Document read(byte[] yaml) {
        try {
            var reader = new YamlReader(withoutTabs(new String(yaml, UTF_8)));
            Object value = reader.document();
            var errors =
                    reader.duplicates.isEmpty()
                            ? List.<String>of()
                            : List.of(ERRORS_HEAD + "  " + String.join("\n  ", reader.duplicates));
            return new Document(value, errors);
        } catch (MarkedYamlEngineException e) {
            int at = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            throw new DecodeException("yaml: line " + at + ": " + e.getProblem(), true);
        } catch (YamlEngineException e) {
            throw new DecodeException("yaml: " + e.getMessage(), true);
        }
    }

    /// JSON may be indented by tabs, which go-yaml takes between brackets and this parser not
    /// always. Where lines begin, blanks mean nothing there, inside of quotes neither.
    private static String withoutTabs(String text) {
        return text.indexOf('\t') >= 0 && text.stripLeading().startsWith("{")
                ? INDENT.matcher(text).replaceAll(blanks -> " ".repeat(blanks.group().length()))
                : text;
    }

    private Object document() {
        while (events.hasNext()) {
            var event = events.next();
            if (event instanceof NodeEvent node) {
                return value(node);
            }
        }
        return Tree.NULL;
    }

    private Object value(NodeEvent event) {
        line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        if (event instanceof AliasEvent alias) {
            var known = anchors.get(alias.getAlias());
            if (known == null) {
                throw new DecodeException(
                        "yaml: unknown anchor '" + alias.getAlias().getValue() + "' referenced",
                        false);
            }
            count(known.nodes(), known.chars());
            return known.value();
        }
        if (++depth > JsonScanner.TREE_DEPTH_MAX) {
            throw new DecodeException("yaml: exceeded max depth", false);
        }
        int nodesBefore = nodes;
        long charsBefore = chars;
        count(1, 0);
        Object value =
                switch (event) {
                    case ScalarEvent scalar -> scalar(scalar);
                    case SequenceStartEvent _ -> sequence();
                    case MappingStartEvent _ -> mapping();
                    default -> throw new IllegalStateException("unknown event " + event);
                };
        Optional<Anchor> anchor = event.getAnchor();
        if (anchor.isPresent()) {
            anchors.put(
                    anchor.get(), new Anchored(value, nodes - nodesBefore, chars - charsBefore));
        }
        depth--;
        return value;
    }

    private void count(int moreNodes, long moreChars) {
        nodes += moreNodes;
        chars += moreChars;
        if ((nodes > EXPANDED_NODES_MAX || chars > EXPANDED_CHARS_MAX) && !anchors.isEmpty()) {
            throw new DecodeException("yaml: document contains excessive aliasing", false);
        }
    }

    private Object sequence() {
        var list = TreeList.dynamic();
        while (true) {
            var event = events.next();
            if (!(event instanceof NodeEvent node)) {
                return list;
            }
            list.addValue(value(node));
        }
    }

    private Object mapping() {
        var map = TreeMap.dynamic();
        while (true) {
            var event = events.next();
            if (!(event instanceof NodeEvent keyNode)) {
                return map;
            }
            boolean merge =
                    keyNode instanceof ScalarEvent scalar
                            && scalar.isPlain()
                            && scalar.getValue().equals("<<");
            Object key = value(keyNode);
            Object value = value((NodeEvent) events.next());
            if (merge) {
                merge(map, value);
            } else {
                String name = YamlScalars.key(key);
                if (map.putValue(name, value) != null) {
                    duplicates.add(
                            "line " + line + ": key " + GoText.quote(name) + " already set in map");
                }
            }
        }
    }

    private static void merge(TreeMap map, Object value) {
        switch (value) {
            case TreeMap other -> other.forEach((key, child) -> map.putValue(key, child));
            case TreeList others -> {
                for (int i = others.size() - 1; i >= 0; i--) { // the first of them wins
                    if (!(others.get(i) instanceof TreeMap other)) {
                        throw notMergeable();
                    }
                    other.forEach((key, child) -> map.putValue(key, child));
                }
            }
            default -> throw notMergeable();
        }
    }

    private static DecodeException notMergeable() {
        return new DecodeException(
                "yaml: map merge requires map or sequence of maps as the value", false);
    }

    private Object scalar(ScalarEvent event) {
        String text = event.getValue();
        count(0, text.length());
        @Nullable String tag = event.getTag().orElse(null);
        return YamlScalars.resolve(text, event.isPlain(), tag);
    }
}
