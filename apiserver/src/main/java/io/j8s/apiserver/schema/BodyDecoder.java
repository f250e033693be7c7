package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupVersionKind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// Reads the body of a create or update into a tree, with upstream's checks of kind and version,
/// strict field validation, and the messages of upstream's handlers
/// (`k8s.io/apiserver/pkg/endpoints/handlers`). Thread-safe.
public final class BodyDecoder {

    /// How a body is encoded.
    public enum Encoding {
        JSON,
        YAML,
        PROTOBUF
    }

    /// @param warnings what `fieldValidation=Warn` tells the client, ready for Warning headers
    public record Body(Tree tree, GroupVersionKind kind, List<String> warnings) {
        public Body {
            warnings = List.copyOf(warnings);
        }
    }

    private final Function<GroupVersionKind, @Nullable TypeSchema> types;

    /// @param types every kind the server knows, custom resources too
    public BodyDecoder(Function<GroupVersionKind, @Nullable TypeSchema> types) {
        this.types = types;
    }

    /// @param expected the kind that the resource takes: the default for what the body leaves out
    /// @throws ApiException BadRequest in upstream's words
    public Body decode(
            byte[] body, Encoding encoding, GroupVersionKind expected, FieldValidation validation) {
        var attempt = new Attempt(body, expected);
        try {
            return attempt.decode(encoding, validation);
        } catch (DecodeException e) {
            throw refused(attempt.refusal(e.text()));
        }
    }

    /// Reads an options object of any group's version.
    ///
    /// @throws ApiException BadRequest with the codec's own words
    public static Tree options(Encoding encoding, byte[] body, String kind, TypeSchema type) {
        try {
            if (encoding == Encoding.PROTOBUF) {
                var envelope = ProtobufCodec.envelope(body);
                requireKind(envelope.kind(), kind);
                return ProtobufCodec.read(body, envelope, type);
            }
            byte[] json =
                    encoding == Encoding.JSON
                            ? body
                            : JsonCodec.writeValue(YamlReader.read(body).value());
            requireKind(interpret(json), kind);
            return JsonCodec.read(json, type).tree();
        } catch (DecodeException e) {
            throw refused(e.text());
        }
    }

    private static void requireKind(GroupVersionKind said, String kind) {
        if (!said.kind().isEmpty() && !said.kind().equals(kind)) {
            throw unregistered(said, "pkg/apis/meta/internalversion/scheme/register.go:27");
        }
    }

    /// A patched object must still say that it is what it was.
    ///
    /// @throws DecodeException as upstream's codec when it is read again
    public static void requireSameKind(byte[] json, GroupVersionKind expected) {
        var said = interpret(json);
        if (!said.kind().isEmpty() && !said.kind().equals(expected.kind())) {
            throw unknownConversion(said, expected);
        }
        if (!said.version().isEmpty() && !said.apiVersion().equals(expected.apiVersion())) {
            throw unregistered(said, "pkg/api/legacyscheme/scheme.go:30");
        }
    }

    private static DecodeException unknownConversion(
            GroupVersionKind said, GroupVersionKind expected) {
        return new DecodeException(
                "converting (%s.%s) to (%s.%s): unknown conversion"
                        .formatted(
                                said.version(),
                                said.kind(),
                                internalPackage(expected.group()),
                                expected.kind()),
                false);
    }

    private static DecodeException unregistered(GroupVersionKind said, String scheme) {
        return new DecodeException(
                "no kind %s is registered for version %s in scheme \"%s\""
                        .formatted(
                                GoText.quote(said.kind()), GoText.quote(said.apiVersion()), scheme),
                false);
    }

    private static ApiException refused(String message) {
        return new ApiException(new ApiError.BadRequest(message));
    }

    /// The strict errors as warnings: upstream makes one of each line of YAML's.
    private static List<String> warnings(List<String> strictErrors) {
        var out = new ArrayList<String>();
        for (String error : strictErrors) {
            if (error.startsWith(YamlReader.ERRORS_HEAD)) {
                error.substring(YamlReader.ERRORS_HEAD.length())
                        .lines()
                        .map(String::strip)
                        .forEach(out::add);
            } else {
                out.add(error);
            }
        }
        return out;
    }

    /// One body on its way; knows the kind it claims as soon as that is read, for the error's text.
    private final class Attempt {
        private final byte[] body;
        private final GroupVersionKind expected;
        private @Nullable GroupVersionKind actual;

        Attempt(byte[] body, GroupVersionKind expected) {
            this.body = body;
            this.expected = expected;
        }

        Body decode(Encoding encoding, FieldValidation validation) {
            return switch (encoding) {
                case PROTOBUF -> protobuf();
                case JSON -> json(body, List.of(), validation);
                case YAML -> {
                    var yaml = YamlReader.read(body);
                    yield json(JsonCodec.writeValue(yaml.value()), yaml.errors(), validation);
                }
            };
        }

        private Body protobuf() {
            var envelope = ProtobufCodec.envelope(body);
            var said = envelope.kind();
            var kind = withDefaults(said);
            actual = kind;
            requireVersion(
                    kind,
                    "runtime.TypeMeta{APIVersion:%s, Kind:%s}"
                            .formatted(GoText.quote(said.apiVersion()), GoText.quote(said.kind())));
            var tree = ProtobufCodec.read(body, envelope, type(kind));
            return accept(tree, kind, List.of());
        }

        private Body json(byte[] json, List<String> yamlErrors, FieldValidation validation) {
            // upstream reads kind and version first; trying the expected type saves that pass
            var wanted = types.apply(expected);
            Decoded decoded = null;
            if (wanted != null) {
                try {
                    decoded = JsonCodec.read(json, wanted);
                    if (!isExpected(decoded.tree())) {
                        decoded = null;
                    }
                } catch (DecodeException _) {
                    // told below, in upstream's order
                }
            }
            if (decoded == null) {
                var kind = withDefaults(interpret(json));
                actual = kind;
                requireVersion(kind, new String(body, UTF_8));
                decoded = JsonCodec.read(json, type(kind));
            }
            var kind = actual == null ? expected : actual;
            actual = kind;
            var strict = new ArrayList<>(yamlErrors);
            strict.addAll(decoded.strictErrors());
            if (validation == FieldValidation.STRICT && !strict.isEmpty()) {
                throw new DecodeException(
                        "strict decoding error: " + String.join(", ", strict), false);
            }
            var warnings =
                    validation == FieldValidation.WARN ? warnings(strict) : List.<String>of();
            return accept(decoded.tree(), kind, warnings);
        }

        private static void requireVersion(GroupVersionKind kind, String where) {
            if (kind.version().isEmpty()) {
                throw new DecodeException(
                        "Object 'apiVersion' is missing in '" + where + "'", false);
            }
        }

        private boolean isExpected(Tree tree) {
            return expected.apiVersion().equals(tree.string("apiVersion", expected.apiVersion()))
                    && expected.kind().equals(tree.string("kind", expected.kind()));
        }

        private Body accept(Tree tree, GroupVersionKind kind, List<String> warnings) {
            if (!kind.kind().equals(expected.kind())) {
                throw unknownConversion(kind, expected);
            }
            if (!kind.apiVersion().equals(expected.apiVersion())) {
                throw refused(
                        "the API version in the data (%s) does not match the expected API version (%s)"
                                .formatted(kind.apiVersion(), expected.apiVersion()));
            }
            tree.set("apiVersion", kind.apiVersion());
            tree.set("kind", kind.kind());
            return new Body(tree, kind, warnings);
        }

        private TypeSchema type(GroupVersionKind kind) {
            var found = types.apply(kind);
            if (found == null) {
                throw unregistered(kind, "pkg/api/legacyscheme/scheme.go:30");
            }
            return found;
        }

        /// upstream: gvkWithDefaults
        private GroupVersionKind withDefaults(GroupVersionKind said) {
            String kind = said.kind().isEmpty() ? expected.kind() : said.kind();
            boolean nothing = said.version().isEmpty() && said.group().isEmpty();
            boolean sameGroup = said.version().isEmpty() && said.group().equals(expected.group());
            return nothing || sameGroup
                    ? new GroupVersionKind(expected.group(), expected.version(), kind)
                    : new GroupVersionKind(said.group(), said.version(), kind);
        }

        /// upstream: transformDecodeError
        String refusal(String cause) {
            var kind = actual;
            return kind != null
                    ? "%s in version %s cannot be handled as a %s: %s"
                            .formatted(
                                    kind.kind(),
                                    GoText.quote(kind.version()),
                                    expected.kind(),
                                    cause)
                    : "the object provided is unrecognized (must be of type %s): %s (%s)"
                            .formatted(expected.kind(), cause, summary(body));
        }
    }

    /// Reads apiVersion and kind; everything else is only checked for its syntax.
    ///
    /// @throws DecodeException in the words of upstream's `SimpleMetaFactory`
    public static GroupVersionKind interpret(byte[] json) {
        String apiVersion = "";
        String kind = "";
        try {
            var scanner = new JsonScanner(json);
            byte first = scanner.peek("looking for beginning of value");
            if (first == '{') {
                var head = new Head();
                head.read(json);
                apiVersion = head.apiVersion;
                kind = head.kind;
            } else {
                scanner.skip();
                scanner.finish();
                if (first != 'n') {
                    throw JsonErrors.noContext(JsonErrors.kind(first), Head.GO_TYPE);
                }
            }
        } catch (DecodeException e) {
            throw new DecodeException(
                    "couldn't get version/kind; json parse error: " + e.text(), e.isSyntax());
        }
        if (apiVersion.indexOf('/') != apiVersion.lastIndexOf('/')) {
            throw new DecodeException("unexpected GroupVersion string: " + apiVersion, false);
        }
        return GroupVersionKind.of(apiVersion, kind);
    }

    /// The two fields that say what an object is.
    private static final class Head {
        static final String GO_TYPE =
                "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\";"
                        + " Kind string \"json:\\\"kind,omitempty\\\"\" }";

        String apiVersion = "";
        String kind = "";
        private @Nullable DecodeException wrong;

        void read(byte[] json) {
            var in = new JsonScanner(json);
            in.at = 0;
            in.peek("looking for beginning of value");
            in.at++;
            if (in.peek("looking for beginning of object key string") == '}') {
                in.at++;
            } else {
                do {
                    if (in.peek("looking for beginning of object key string") != '"') {
                        throw in.invalid(in.at, "looking for beginning of object key string");
                    }
                    String key = in.text();
                    in.colon();
                    // upstream's first look ignores case
                    switch (key.toLowerCase(Locale.ROOT)) {
                        case "apiversion" -> apiVersion = text(in, "apiVersion", apiVersion);
                        case "kind" -> kind = text(in, "kind", kind);
                        default -> in.skip();
                    }
                } while (in.next(true));
            }
            in.finish();
            if (wrong != null) {
                throw wrong;
            }
        }

        private String text(JsonScanner in, String field, String before) {
            byte first = in.peek("looking for beginning of value");
            if (first == '"') {
                return in.text();
            }
            in.skip();
            if (first != 'n' && wrong == null) {
                wrong =
                        new DecodeException(
                                "json: cannot unmarshal "
                                        + JsonErrors.kind(first)
                                        + " into Go struct field ."
                                        + field
                                        + " of type string",
                                false);
            }
            return before;
        }
    }

    /// upstream: summarizeData
    private static String summary(byte[] body) {
        int shown = Math.min(body.length, 30);
        if (body.length == 0) {
            return "<empty>";
        }
        String text =
                body[0] == '{'
                        ? new String(body, 0, shown, UTF_8)
                        : HexFormat.of().formatHex(body, 0, shown);
        return body.length > shown ? text + " ..." : text;
    }

    /// The Go package of a group's internal types, which messages about conversion name.
    public static String internalPackage(String group) {
        return switch (group) {
            case "", "events.k8s.io" -> "core";
            case "internal.apiserver.k8s.io" -> "apiserverinternal";
            default -> group.indexOf('.') < 0 ? group : group.substring(0, group.indexOf('.'));
        };
    }
}
