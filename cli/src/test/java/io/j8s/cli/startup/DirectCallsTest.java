package io.j8s.cli.startup;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// What is rewritten does what it did before, and nothing is left to link.
class DirectCallsTest {

    private static final ClassFile FORM = ClassFile.of();

    @Test
    void switchesChooseAsBefore() throws Exception {
        var values =
                new Object[] {
                    null,
                    1,
                    12,
                    "text",
                    "",
                    "more",
                    new Object[0],
                    new int[] {1},
                    List.of(),
                    'c',
                    2L,
                    Thread.State.NEW,
                    Thread.State.WAITING,
                    Thread.State.TERMINATED
                };
        var before = new Switches();
        var after = rewritten(Switches.class);
        for (var value : values) {
            assertThat(after.apply(value)).as("%s", value).isEqualTo(before.apply(value));
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void recordsAreEqualAndHashAsBefore() throws Exception {
        var before = new Records();
        var after = rewritten(Records.class);
        assertThat(after.apply(1)).isEqualTo(before.apply(1));
        assertThat((List<Object>) after.apply(1)).hasSizeGreaterThan(100).contains(true, false);
    }

    @Test
    void interfacesKeepTheirSwitches() throws Exception {
        var after = rewritten(InInterface.class);
        assertThat(after.apply(5)).isEqualTo("number");
        assertThat(after.apply("x")).isEqualTo("other");
    }

    @Test
    void nothingIsLeftToLink() throws IOException {
        for (var type : List.of(Switches.class, Records.Small.class, InInterface.Choice.class)) {
            assertThat(linked(bytes(type))).as(type.getName()).isNotEmpty();
            assertThat(linked(rewritten(bytes(type)))).as(type.getName()).isEmpty();
        }
    }

    @Test
    void classWithoutSuchCallsStaysAsItIs() throws IOException {
        var content = bytes(DirectCallsTest.class);
        assertThat(new DirectCalls().rewrite(content)).isEmpty();
    }

    @Test
    void whatIsRewrittenPassesTheVerifier() throws IOException {
        for (var type : List.of(Switches.class, Records.Small.class, InInterface.Choice.class)) {
            assertThat(FORM.verify(rewritten(bytes(type)))).isEmpty();
        }
    }

    /// Calls that the JVM makes at the first time.
    private static List<String> linked(byte[] content) {
        var out = new ArrayList<String>();
        for (var method : FORM.parse(content).methods()) {
            method.code()
                    .ifPresent(code ->
                            code.forEach(element -> {
                                if (element instanceof InvokeDynamicInstruction call
                                        && call.bootstrapMethod()
                                                .owner()
                                                .packageName()
                                                .equals("java.lang.runtime")
                                        && !call.name().equalsString("toString")) {
                                    out.add(method.methodName() + " " + call.name());
                                }
                            }));
        }
        return out;
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        var file = type.getName().replace('.', '/') + ".class";
        try (var in = type.getClassLoader().getResourceAsStream(file)) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    private static byte[] rewritten(byte[] content) {
        return new DirectCalls().rewrite(content).orElse(content);
    }

    /// An instance of the rewritten class; all classes within it are rewritten too.
    @SuppressWarnings("unchecked")
    private static Function<Object, Object> rewritten(Class<?> type) throws Exception {
        var loader =
                new ClassLoader(type.getClassLoader()) {
                    @Override
                    protected Class<?> loadClass(String name, boolean resolve)
                            throws ClassNotFoundException {
                        if (!name.startsWith(type.getName())) {
                            return super.loadClass(name, resolve);
                        }
                        var loaded = findLoadedClass(name);
                        try {
                            return loaded == null ? define(name) : loaded;
                        } catch (IOException e) {
                            throw new ClassNotFoundException(name, e);
                        }
                    }

                    private Class<?> define(String name)
                            throws IOException, ClassNotFoundException {
                        var content = rewritten(bytes(Class.forName(name, false, getParent())));
                        return defineClass(name, content, 0, content.length);
                    }
                };
        var constructor = loader.loadClass(type.getName()).getDeclaredConstructor();
        constructor.setAccessible(true);
        assertThat(constructor.getDeclaringClass()).isNotSameAs(type);
        return (Function<Object, Object>) constructor.newInstance();
    }

    /// Types, guards, null, arrays, and labels that are no types.
    static final class Switches implements Function<Object, Object> {

        @Override
        public Object apply(Object value) {
            return List.of(
                    types(value),
                    guards(value),
                    arrays(value),
                    narrow(value),
                    constants(value),
                    texts(value));
        }

        private static String types(Object value) {
            return switch (value) {
                case null -> "null";
                case String text -> "text " + text;
                case Integer number -> "number " + number;
                case Number _ -> "other number";
                default -> "other";
            };
        }

        private static String guards(Object value) {
            return switch (value) {
                case Integer number when number > 10 -> "large";
                case Integer number when number > 100 -> "never";
                case Integer _ -> "small";
                case CharSequence text when text.isEmpty() -> "empty";
                case String _ -> "text";
                case null, default -> "other";
            };
        }

        private static String arrays(Object value) {
            return switch (value) {
                case int[] numbers -> "numbers " + numbers.length;
                case Object[] objects -> "objects " + objects.length;
                case List<?> list -> "list " + list.size();
                case null, default -> "other";
            };
        }

        private static String texts(Object value) {
            return switch (value instanceof String text ? text : null) {
                case null -> "none";
                case "text" -> "the text";
                case String text when text.isEmpty() -> "empty";
                case String text -> "other " + text;
            };
        }

        private static String constants(Object value) {
            return switch (value instanceof Thread.State state ? state : null) {
                case null -> "none";
                case NEW -> "new";
                case Thread.State state when state == Thread.State.WAITING -> "waits";
                case RUNNABLE, WAITING -> "lives";
                default -> "other";
            };
        }

        private static String narrow(Object value) {
            return value instanceof CharSequence text
                    ? switch (text) {
                        case String same -> "a string of " + same.length();
                        default -> "characters";
                    }
                    : "none";
        }
    }

    /// Every kind of field; each differs once.
    static final class Records implements Function<Object, Object> {

        record Small(boolean a, byte b, short c, char d, int e) {}

        record Wide(long a, float b, double c) {}

        record Pair(@Nullable String a, @Nullable Object b) {}

        record None() {}

        @Override
        public Object apply(Object number) {
            int one = (Integer) number;
            var all =
                    List.of(
                            new Small(true, (byte) one, (short) 2, 'c', 4),
                            new Small(true, (byte) one, (short) 2, 'c', 4),
                            new Small(false, (byte) one, (short) 2, 'c', 4),
                            new Small(true, (byte) 9, (short) 2, 'c', 4),
                            new Small(true, (byte) one, (short) 9, 'c', 4),
                            new Small(true, (byte) one, (short) 2, 'x', 4),
                            new Small(true, (byte) one, (short) 2, 'c', 9),
                            new Wide(one, 2f, 3d),
                            new Wide(1L << 40, 2f, 3d),
                            new Wide(one, Float.NaN, 3d),
                            new Wide(one, Float.NaN, 3d),
                            new Wide(one, 2f, -0.0),
                            new Wide(one, 2f, 0.0),
                            new Pair("text", one),
                            new Pair("text" + "", 1),
                            new Pair(null, one),
                            new Pair("text", null),
                            new Pair(null, new Wide(one, 2f, 3d)),
                            new None(),
                            new None(),
                            "no record");
            var out = new ArrayList<Object>();
            for (var left : all) {
                out.add(left.hashCode());
                all.forEach(right -> out.add(left.equals(right)));
                out.add(left.equals(nothing()));
            }
            return out;
        }

        private static @Nullable Object nothing() {
            return null;
        }
    }

    /// A switch within an interface's own method.
    static final class InInterface implements Function<Object, Object> {

        interface Choice {
            default String of(Object value) {
                return switch (value) {
                    case Integer _ -> "number";
                    default -> "other";
                };
            }
        }

        @Override
        public Object apply(Object value) {
            return new Choice() {}.of(value);
        }
    }
}
