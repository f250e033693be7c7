package io.j8s.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.BodyDecoder.Body;
import io.j8s.apiserver.schema.BodyDecoder.Encoding;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupVersionKind;

import org.junit.jupiter.api.Test;

final class BodyDecoderTest {

    private static final GroupVersionKind DEPLOYMENT =
            new GroupVersionKind("apps", "v1", "Deployment");

    private final Schema schema = Schema.load();
    private final BodyDecoder decoder = new BodyDecoder(schema::find);

    private Body decode(String body, FieldValidation validation) {
        return decoder.decode(body.getBytes(UTF_8), Encoding.JSON, DEPLOYMENT, validation);
    }

    private String refusal(String body) {
        return refusal(body.getBytes(UTF_8), Encoding.JSON);
    }

    private String refusal(byte[] body, Encoding encoding) {
        var e =
                catchThrowableOfType(
                        ApiException.class,
                        () -> decoder.decode(body, encoding, DEPLOYMENT, FieldValidation.STRICT));
        return ((ApiError.BadRequest) e.error()).message();
    }

    @Test
    void kindAndVersionAreThoseOfTheResourceWhenTheBodySaysNothing() {
        var body = decode("{\"metadata\":{\"name\":\"a\"}}", FieldValidation.STRICT);
        assertThat(body.kind()).isEqualTo(DEPLOYMENT);
        assertThat(body.tree().string("apiVersion")).isEqualTo("apps/v1");
        assertThat(body.tree().string("kind")).isEqualTo("Deployment");
    }

    @Test
    void strictValidationRefusesWithEveryObjection() {
        assertThat(
                        refusal(
                                "{\"metadata\":{\"name\":\"a\",\"name\":\"b\"},\"spec\":{\"foo\":1,\"replicas\":1}}"))
                .isEqualTo(
                        "Deployment in version \"v1\" cannot be handled as a Deployment: strict"
                            + " decoding error: duplicate field \"metadata.name\", unknown field"
                            + " \"spec.foo\"");
    }

    @Test
    void warnTellsAndIgnoreIsSilent() {
        String body = "{\"spec\":{\"foo\":1}}";
        assertThat(decode(body, FieldValidation.WARN).warnings())
                .containsExactly("unknown field \"spec.foo\"");
        assertThat(decode(body, FieldValidation.IGNORE).warnings()).isEmpty();
    }

    @Test
    void yamlWarnsOfDuplicateKeysLineByLine() {
        byte[] yaml = "spec:\n  replicas: 1\n  replicas: 2\n  foo: x\n".getBytes(UTF_8);
        var body = decoder.decode(yaml, Encoding.YAML, DEPLOYMENT, FieldValidation.WARN);
        assertThat(body.warnings())
                .containsExactly(
                        "line 3: key \"replicas\" already set in map",
                        "unknown field \"spec.foo\"");
        assertThat(body.tree().intValue("spec.replicas", 0)).isEqualTo(2);
    }

    @Test
    void wrongTypesNameTheGoField() {
        assertThat(refusal("{\"spec\":{\"replicas\":\"x\"}}"))
                .isEqualTo(
                        "Deployment in version \"v1\" cannot be handled as a Deployment: json:"
                                + " cannot unmarshal string into Go struct field"
                                + " DeploymentSpec.spec.replicas of type int32");
    }

    @Test
    void whatIsNoJsonIsUnrecognized() {
        assertThat(refusal(""))
                .isEqualTo(
                        "the object provided is unrecognized (must be of type Deployment): couldn't"
                            + " get version/kind; json parse error: unexpected end of JSON input"
                            + " (<empty>)");
        assertThat(refusal("{\"metadata\":{\"name\":\"abcdefghijklmnop\"}"))
                .endsWith("unexpected end of JSON input ({\"metadata\":{\"name\":\"abcdefghi ...)");
        assertThat(refusal("hello")).endsWith("looking for beginning of value (68656c6c6f)");
    }

    @Test
    void anotherKindIsNoConversion() {
        assertThat(refusal("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[]}}"))
                .isEqualTo(
                        "Pod in version \"v1\" cannot be handled as a Deployment: converting"
                                + " (v1.Pod) to (apps.Deployment): unknown conversion");
    }

    @Test
    void anotherVersionDoesNotMatch() {
        assertThat(refusal("{\"apiVersion\":\"apps/v1beta1\",\"kind\":\"Deployment\"}"))
                .isEqualTo(
                        "the API version in the data (apps/v1beta1) does not match the expected API"
                                + " version (apps/v1)");
        assertThat(refusal("{\"apiVersion\":\"apps/v9\",\"kind\":\"Deployment\"}"))
                .isEqualTo(
                        "Deployment in version \"v9\" cannot be handled as a Deployment: no kind"
                                + " \"Deployment\" is registered for version \"apps/v9\" in scheme"
                                + " \"pkg/api/legacyscheme/scheme.go:30\"");
    }

    @Test
    void protobufBodiesAreCheckedToo() {
        var tree = decode("{\"spec\":{\"replicas\":3}}", FieldValidation.STRICT).tree();
        byte[] body = ProtobufCodec.write(tree, DEPLOYMENT);
        var back = decoder.decode(body, Encoding.PROTOBUF, DEPLOYMENT, FieldValidation.STRICT);
        assertThat(back.tree().intValue("spec.replicas", 0)).isEqualTo(3);
        assertThat(refusal("{}".getBytes(UTF_8), Encoding.PROTOBUF))
                .startsWith(
                        "the object provided is unrecognized (must be of type Deployment): provided"
                            + " data does not appear to be a protobuf message, expected prefix [107"
                            + " 56 115 0]");
        byte[] cut = java.util.Arrays.copyOf(body, body.length - 8);
        assertThat(refusal(cut, Encoding.PROTOBUF)).contains("unexpected EOF");
    }
}
