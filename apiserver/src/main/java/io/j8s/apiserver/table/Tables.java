package io.j8s.apiserver.table;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.ListMeta;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.ServedResource;
import io.j8s.apiserver.registry.TableForm;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes `meta.k8s.io` Tables: a kind's columns, or name and age where it has none (upstream:
/// `printers/storage.TableConvertor` and `rest.DefaultTableConvertor`). Any thread.
public final class Tables implements TableForm {

    private static final String NAME_TEXT =
            "Name must be unique within a namespace. Is required when creating resources, although"
                + " some resources may allow a client to request the generation of an appropriate"
                + " name automatically. Name is primarily intended for creation idempotence and"
                + " configuration definition. Cannot be updated. More info:"
                + " https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";
    private static final String CREATED_TEXT =
            "CreationTimestamp is a timestamp representing the server time when this object was"
                + " created. It is not guaranteed to be set in happens-before order across separate"
                + " operations. Clients may not set this value. It is represented in RFC3339 form"
                + " and is in UTC.\n\n"
                + "Populated by the system. Read-only. Null for lists. More info:"
                + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    private final Schema schema;

    public Tables(Schema schema) {
        this.schema = schema;
    }

    @Override
    public byte[] table(
            ServedResource resource, List<Tree> rows, ListMeta metadata, Options options) {
        var out = new Output();
        out.text("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/")
                .text(options.version())
                .text("\",\"metadata\":")
                .text(metadata.toJson())
                .text(",\"columnDefinitions\":");
        var strategy = resource.stored().strategy();
        if (options.columns()) {
            columns(out, strategy.columns(), strategy.tableBeginsWithName());
        } else {
            out.text("null");
        }
        out.text(",\"rows\":[");
        rows(out, resource, strategy, rows, options);
        return out.text("]}").toByteArray();
    }

    private <T extends HasMetadata> void rows(
            Output out,
            ServedResource resource,
            ResourceStrategy<T> strategy,
            List<Tree> rows,
            Options options) {
        boolean hasColumns = !strategy.columns().isEmpty();
        var views =
                hasColumns
                        ? rows.stream()
                                .map(row -> resource.stored().view(row, strategy.view()))
                                .toList()
                        : List.<T>of();
        var columns = options.ofList() ? strategy.columnsOfList(views) : strategy.columns();
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            out.text(i == 0 ? "{\"cells\":" : ",{\"cells\":");
            var cells = new ArrayList<@Nullable Object>();
            if (strategy.tableBeginsWithName()) {
                cells.add(row.string("metadata.name", ""));
            }
            if (hasColumns) {
                T view = views.get(i);
                columns.forEach(column -> cells.add(column.value().of(view, options.now())));
            } else {
                cells.add(row.string("metadata.creationTimestamp", ""));
            }
            out.cells(cells).text(",\"object\":");
            object(out, resource, row, options);
            out.text("}");
        }
    }

    private void object(Output out, ServedResource resource, Tree row, Options options) {
        switch (options.include()) {
            case "None" -> out.text("null");
            case "Object" -> out.bytes(JsonCodec.write(resource.fromStored(row)));
            default -> out.bytes(JsonCodec.write(partial(row, options.version())));
        }
    }

    private Tree partial(Tree row, String version) {
        var partial =
                new Tree(schema.type("io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata"));
        partial.set("kind", "PartialObjectMetadata");
        partial.set("apiVersion", "meta.k8s.io/" + version);
        var metadata = row.tree("metadata");
        if (metadata != null) {
            partial.set("metadata", metadata.copy());
        }
        return partial;
    }

    private static <T> void columns(Output out, List<Column<T>> columns, boolean beginsWithName) {
        out.text("[");
        if (beginsWithName) {
            column(out, "Name", "string", "name", NAME_TEXT, 0);
        }
        if (columns.isEmpty()) {
            out.text(",");
            column(out, "Created At", "date", "", CREATED_TEXT, 0);
        }
        String comma = beginsWithName ? "," : "";
        for (var column : columns) {
            out.text(comma);
            comma = ",";
            column(
                    out,
                    column.name(),
                    column.type(),
                    column.format(),
                    column.description(),
                    column.priority());
        }
        out.text("]");
    }

    private static void column(
            Output out, String name, String type, String format, String text, int priority) {
        out.text("{\"name\":")
                .value(name)
                .text(",\"type\":")
                .value(type)
                .text(",\"format\":")
                .value(format)
                .text(",\"description\":")
                .value(text)
                .text(",\"priority\":" + priority + "}");
    }

    /// Collects JSON.
    private static final class Output {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

        Output text(String text) {
            bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        Output bytes(byte[] more) {
            bytes.writeBytes(more);
            return this;
        }

        Output cells(List<@Nullable Object> cells) {
            text("[");
            for (int i = 0; i < cells.size(); i++) {
                text(i == 0 ? "" : ",").value(cells.get(i));
            }
            return text("]");
        }

        Output value(@Nullable Object value) {
            return switch (value) {
                case null -> text("null");
                case String string -> bytes(JsonCodec.writeValue(string));
                case Iterable<?> many -> {
                    text("[");
                    String comma = "";
                    for (Object one : many) {
                        text(comma).value(one);
                        comma = ",";
                    }
                    yield text("]");
                }
                default -> text(value.toString());
            };
        }

        byte[] toByteArray() {
            return Arrays.copyOf(bytes.toByteArray(), bytes.size());
        }
    }
}
