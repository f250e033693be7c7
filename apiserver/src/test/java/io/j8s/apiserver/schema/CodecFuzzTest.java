package io.j8s.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.BodyDecoder.Encoding;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupVersionKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Whatever bytes a client sends: the answer is an object or a BadRequest, never another exception.
final class CodecFuzzTest {

    private static final List<String> KINDS =
            List.of(
                    "core.v1.Pod",
                    "core.v1.Node",
                    "apiextensions.k8s.io.v1.CustomResourceDefinition",
                    "authorization.k8s.io.v1.SubjectAccessReview",
                    "events.k8s.io.v1.Event",
                    "autoscaling.v2.HorizontalPodAutoscaler");

    private final Schema schema = Schema.load();
    private final BodyDecoder decoder = new BodyDecoder(schema::find);

    @ParameterizedTest
    @EnumSource(Encoding.class)
    void brokenBodiesAreAnObjectOrABadRequest(Encoding encoding) throws IOException {
        long seed = 20261123;
        var random = new Random(seed);
        for (String name : KINDS) {
            byte[] good = resource(name + (encoding == Encoding.PROTOBUF ? ".pb" : ".json"));
            var kind = kind(resource(name + ".pb"));
            int rounds = encoding == Encoding.YAML ? 40 : 800;
            for (int i = 0; i < rounds; i++) {
                byte[] bad = damage(good, random);
                try {
                    var body = decoder.decode(bad, encoding, kind, FieldValidation.WARN);
                    // what was read can be written in both encodings
                    JsonCodec.write(body.tree());
                    if (encoding == Encoding.PROTOBUF) {
                        Transcoder.toJson(bad, body.tree().type());
                    }
                    ProtobufCodec.write(body.tree(), kind);
                } catch (ApiException e) {
                    assertThat(e.error()).isInstanceOf(ApiError.BadRequest.class);
                } catch (DecodeException e) {
                    throw new AssertionError("read once and not again: " + e, e);
                } catch (RuntimeException e) {
                    throw new AssertionError(name + " round " + i + " seed " + seed + ": " + e, e);
                }
            }
        }
    }

    @Test
    void everyTruncationIsABadRequest() throws IOException {
        byte[] protobuf = resource("core.v1.Node.pb");
        byte[] json = resource("core.v1.Node.json");
        var kind = kind(protobuf);
        for (int length = 0; length < json.length; length++) {
            byte[] cut = Arrays.copyOf(json, length);
            assertThatThrownBy(
                            () -> decoder.decode(cut, Encoding.JSON, kind, FieldValidation.STRICT))
                    .isInstanceOf(ApiException.class);
        }
        for (int length = 0; length < protobuf.length; length++) {
            byte[] cut = Arrays.copyOf(protobuf, length);
            try {
                decoder.decode(cut, Encoding.PROTOBUF, kind, FieldValidation.STRICT);
            } catch (ApiException _) {
                // a cut between two fields is a message, too
            }
        }
    }

    @Test
    void deepNestingIsRefusedWithoutExhaustingTheStack() {
        var pod = new GroupVersionKind("", "v1", "Pod");
        var crd = new GroupVersionKind("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
        var thread =
                new Thread(
                        null,
                        () -> {
                            refused("{\"a\":".repeat(100_000), pod, Encoding.JSON);
                            refused("[".repeat(2_000_000), pod, Encoding.JSON);
                            refused("{\"spec\":".repeat(100_000), pod, Encoding.JSON);
                            refused("[".repeat(100_000), pod, Encoding.YAML);
                            refused("- ".repeat(5_000), pod, Encoding.YAML);
                            refused(
                                    "{\"spec\":{\"versions\":[{\"schema\":{\"openAPIV3Schema\":"
                                            + "{\"not\":".repeat(100_000),
                                    crd,
                                    Encoding.JSON);
                            assertThatThrownBy(() ->
                                            JsonCodec.readDynamic(
                                                    "[".repeat(10_000).getBytes(UTF_8)))
                                    .isInstanceOf(DecodeException.class)
                                    .hasMessageContaining("exceeded max depth");
                        },
                        "small-stack",
                        512 << 10);
        var failure = new Throwable[1];
        thread.setUncaughtExceptionHandler((_, e) -> failure[0] = e);
        thread.start();
        assertThatCode(thread::join).doesNotThrowAnyException();
        assertThat(failure[0]).isNull();
    }

    @Test
    void aDocumentOfAliasesIsRefused() {
        var text = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            String before = "*a" + (i - 1);
            text.append("a%d: &a%d [%s]\n".formatted(i, i, (before + ",").repeat(9) + before));
        }
        assertThatThrownBy(() -> YamlCodec.toJson(text.toString().getBytes(UTF_8)))
                .isInstanceOf(DecodeException.class)
                .hasMessage("yaml: document contains excessive aliasing");
    }

    private void refused(String body, GroupVersionKind kind, Encoding encoding) {
        assertThatThrownBy(() ->
                        decoder.decode(
                                body.getBytes(UTF_8), encoding, kind, FieldValidation.STRICT))
                .isInstanceOf(ApiException.class);
    }

    private static byte[] damage(byte[] good, Random random) {
        byte[] bad = good.clone();
        int flips = 1 + random.nextInt(4);
        for (int i = 0; i < flips; i++) {
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
        }
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(bad, random.nextInt(bad.length));
            case 1 -> {
                int from = random.nextInt(bad.length);
                int to = from + random.nextInt(Math.min(64, bad.length - from));
                byte[] shorter = new byte[bad.length - (to - from)];
                System.arraycopy(bad, 0, shorter, 0, from);
                System.arraycopy(bad, to, shorter, from, bad.length - to);
                yield shorter;
            }
            default -> bad;
        };
    }

    private static GroupVersionKind kind(byte[] protobuf) {
        return ProtobufCodec.envelope(protobuf).kind();
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = CodecFuzzTest.class.getResourceAsStream("full/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return in.readAllBytes();
        }
    }
}
