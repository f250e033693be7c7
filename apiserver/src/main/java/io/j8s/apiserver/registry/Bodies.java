package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Format;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.Decoded;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionKind;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/// Reads objects from request bodies, with upstream's refusals (`transformDecodeError`). Any
/// thread.
public final class Bodies {

    private static final int SUMMARY_MAX = 30;
    private static final List<Format> FORMATS = List.of(Format.values());

    private final Schema schema;
    private final YAMLMapper yaml = YAMLMapper.builder().build();
    private final JsonMapper json = JsonMapper.builder().build();

    public Bodies(Schema schema) {
        this.schema = schema;
    }

    /// What the body must be.
    ///
    /// @param gvk what a body that does not say its kind is taken for
    public record Expected(GroupVersionKind gvk, TypeSchema type) {

        public static Expected of(ServedResource resource) {
            return new Expected(resource.gvk(), resource.type());
        }
    }

    public Format format(Exchange exchange) {
        return Negotiation.ofBody(exchange, FORMATS);
    }

    /// @return the object as it was sent, with `apiVersion` and `kind`
    public Tree read(
            Format format,
            byte[] body,
            Expected expected,
            FieldValidation validation,
            RequestContext context) {
        return switch (format) {
            case JSON -> json(body, body, expected, validation, context);
            case YAML -> json(toJson(body, expected), body, expected, validation, context);
            case PROTOBUF -> protobuf(body, expected);
        };
    }

    private byte[] toJson(byte[] body, Expected expected) {
        try {
            return json.writeValueAsBytes(yaml.readValue(body, JsonNode.class));
        } catch (JacksonException e) {
            throw unrecognized(
                    expected,
                    "couldn't get version/kind; json parse error: error converting YAML to JSON: "
                            + e.getOriginalMessage(),
                    body);
        }
    }

    private Tree json(
            byte[] text,
            byte[] body,
            Expected expected,
            FieldValidation validation,
            RequestContext context) {
        Decoded decoded;
        try {
            decoded = JsonCodec.read(text, expected.type());
        } catch (DecodeException e) {
            if (e.isSyntax()) {
                throw unrecognized(
                        expected, "couldn't get version/kind; json parse error: " + e.text(), body);
            }
            throw cannotBeHandled(expected.gvk(), expected, e.text());
        }
        var tree = decoded.tree();
        checkKind(tree, expected);
        var strict = decoded.strictErrors();
        if (!strict.isEmpty() && validation == FieldValidation.STRICT) {
            throw cannotBeHandled(
                    expected.gvk(),
                    expected,
                    "strict decoding error: " + String.join(", ", strict));
        }
        if (validation == FieldValidation.WARN) {
            strict.forEach(context::warn);
        }
        return tree;
    }

    private Tree protobuf(byte[] body, Expected expected) {
        try {
            var envelope = ProtobufCodec.envelope(body);
            var said = envelope.kind();
            if (!said.kind().isEmpty() || !said.version().isEmpty()) {
                var probe = new Tree(expected.type());
                probe.set("apiVersion", said.apiVersion()).set("kind", said.kind());
                checkKind(probe, expected);
            }
            var tree = ProtobufCodec.read(body, expected.type());
            tree.set("apiVersion", expected.gvk().apiVersion());
            tree.set("kind", expected.gvk().kind());
            return tree;
        } catch (DecodeException e) {
            throw unrecognized(expected, e.text(), body);
        }
    }

    /// As [#read] for types that every group has under its own version, such as `DeleteOptions`:
    /// only the kind must fit.
    Tree readAny(
            Format format,
            byte[] body,
            Expected expected,
            FieldValidation validation,
            RequestContext context) {
        byte[] text = format == Format.YAML ? toJson(body, expected) : body;
        try {
            if (format == Format.PROTOBUF) {
                return ProtobufCodec.read(body, expected.type());
            }
            var decoded = JsonCodec.read(text, expected.type());
            var tree = decoded.tree();
            String kind = tree.string("kind", expected.gvk().kind());
            if (!kind.equals(expected.gvk().kind())) {
                throw cannotBeHandled(
                        GroupVersionKind.of(tree.string("apiVersion", ""), kind),
                        expected,
                        "no kind %s is registered for version %s in scheme \"pkg/api/legacyscheme/scheme.go:30\""
                                .formatted(
                                        FieldErrors.quote(kind),
                                        FieldErrors.quote(tree.string("apiVersion", ""))));
            }
            if (validation == FieldValidation.WARN) {
                decoded.strictErrors().forEach(context::warn);
            }
            return tree;
        } catch (DecodeException e) {
            throw e.isSyntax()
                    ? unrecognized(
                            expected,
                            "couldn't get version/kind; json parse error: " + e.text(),
                            body)
                    : cannotBeHandled(expected.gvk(), expected, e.text());
        }
    }

    /// A body may leave out what it is, but not be something else.
    private void checkKind(Tree tree, Expected expected) {
        String apiVersion = tree.string("apiVersion", "");
        String kind = tree.string("kind", "");
        var wanted = expected.gvk();
        if (apiVersion.isEmpty()) {
            tree.set("apiVersion", wanted.apiVersion());
            apiVersion = wanted.apiVersion();
        }
        if (kind.isEmpty()) {
            tree.set("kind", wanted.kind());
            kind = wanted.kind();
        }
        var said = GroupVersionKind.of(apiVersion, kind);
        if (said.equals(wanted)) {
            return;
        }
        if (schema.find(said) == null) {
            throw cannotBeHandled(
                    said,
                    expected,
                    "no kind %s is registered for version %s in scheme \"pkg/api/legacyscheme/scheme.go:30\""
                            .formatted(FieldErrors.quote(kind), FieldErrors.quote(apiVersion)));
        }
        if (!kind.equals(wanted.kind())) {
            throw cannotBeHandled(
                    said,
                    expected,
                    "converting (%s.%s) to (%s.%s): unknown conversion"
                            .formatted(
                                    said.version(),
                                    kind,
                                    wanted.group().isEmpty() ? "core" : shortGroup(wanted),
                                    wanted.kind()));
        }
        throw new ApiException(
                new ApiError.BadRequest(
                        "the API version in the data (%s) does not match the expected API version (%s)"
                                .formatted(apiVersion, wanted.apiVersion())));
    }

    private static String shortGroup(GroupVersionKind kind) {
        int dot = kind.group().indexOf('.');
        return dot < 0 ? kind.group() : kind.group().substring(0, dot);
    }

    private static ApiException cannotBeHandled(
            GroupVersionKind said, Expected expected, String why) {
        return new ApiException(
                new ApiError.BadRequest(
                        "%s in version %s cannot be handled as a %s: %s"
                                .formatted(
                                        said.kind(),
                                        FieldErrors.quote(said.version()),
                                        expected.gvk().kind(),
                                        why)));
    }

    private static ApiException unrecognized(Expected expected, String why, byte[] body) {
        return new ApiException(
                new ApiError.BadRequest(
                        "the object provided is unrecognized (must be of type %s): %s (%s)"
                                .formatted(expected.gvk().kind(), why, summary(body))));
    }

    /// Upstream's `summarizeData`: the beginning, as text if it looks like JSON.
    private static String summary(byte[] body) {
        if (body.length == 0) {
            return "<empty>";
        }
        int length = Math.min(body.length, SUMMARY_MAX);
        String text =
                body[0] == '{'
                        ? new String(body, 0, length, StandardCharsets.UTF_8)
                        : HexFormat.of().formatHex(body, 0, length);
        return body.length > SUMMARY_MAX ? text + " ..." : text;
    }
}
