package io.j8s.machinery.json;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a field may hold, and how it is read; the parser stands on its first token.
sealed interface ValueType {

    @Nullable Object read(JsonParser parser);

    /// @throws UnmodelledException when values of it need fabric8's mapper
    static ValueType of(Type type) {
        if (type instanceof ParameterizedType generic) {
            var arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return new Listed(of(arguments[0]));
            }
            if (generic.getRawType() == Map.class && arguments[0] == String.class) {
                return new Mapped(of(arguments[1]));
            }
        }
        for (var scalar : Scalar.values()) {
            if (scalar.type == type) {
                return scalar;
            }
        }
        // an Object holds what fabric8 knows by its kind
        return type instanceof Class<?> model && model != Object.class
                ? new Model(model)
                : new Foreign(type.getTypeName());
    }

    /// Values without parts of their own.
    enum Scalar implements ValueType {
        TEXT(String.class) {
            @Override
            Object value(JsonParser parser) {
                return text(parser);
            }
        },
        WHOLE(Integer.class) {
            @Override
            Object value(JsonParser parser) {
                expect(parser, JsonToken.VALUE_NUMBER_INT);
                return parser.getIntValue();
            }
        },
        LONG(Long.class) {
            @Override
            Object value(JsonParser parser) {
                expect(parser, JsonToken.VALUE_NUMBER_INT);
                return parser.getLongValue();
            }
        },
        REAL(Double.class) {
            @Override
            Object value(JsonParser parser) {
                if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                    expect(parser, JsonToken.VALUE_NUMBER_FLOAT);
                }
                return parser.getDoubleValue();
            }
        },
        TRUTH(Boolean.class) {
            @Override
            Object value(JsonParser parser) {
                if (parser.currentToken() != JsonToken.VALUE_FALSE) {
                    expect(parser, JsonToken.VALUE_TRUE);
                }
                return parser.currentToken() == JsonToken.VALUE_TRUE;
            }
        },
        QUANTITY(Quantity.class) {
            @Override
            Object value(JsonParser parser) {
                return new Quantity(text(parser));
            }
        },
        INT_OR_STRING(IntOrString.class) {
            @Override
            Object value(JsonParser parser) {
                return new IntOrString(
                        parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                                ? (Object) parser.getIntValue()
                                : text(parser));
            }
        },
        MICRO_TIME(MicroTime.class) {
            @Override
            Object value(JsonParser parser) {
                return new MicroTime(text(parser));
            }
        },
        ZONED_TIME(ZonedDateTime.class) {
            @Override
            Object value(JsonParser parser) {
                return MicroTimes.parse(text(parser));
            }
        };

        private final Class<?> type;

        Scalar(Class<?> type) {
            this.type = type;
        }

        @Override
        public @Nullable Object read(JsonParser parser) {
            return parser.currentToken() == JsonToken.VALUE_NULL ? null : value(parser);
        }

        abstract Object value(JsonParser parser);
    }

    /// @param item of each element
    record Listed(ValueType item) implements ValueType {
        @Override
        public @Nullable Object read(JsonParser parser) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            expect(parser, JsonToken.START_ARRAY);
            var list = new ArrayList<@Nullable Object>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                list.add(item.read(parser));
            }
            return list;
        }
    }

    /// @param item of each value
    record Mapped(ValueType item) implements ValueType {
        @Override
        public @Nullable Object read(JsonParser parser) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            expect(parser, JsonToken.START_OBJECT);
            var map = new LinkedHashMap<String, @Nullable Object>();
            for (var name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                map.put(name, item.read(parser));
            }
            return map;
        }
    }

    /// Resolved with the first value: types refer to each other in circles.
    record Model(Class<?> type) implements ValueType {
        @Override
        public @Nullable Object read(JsonParser parser) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            expect(parser, JsonToken.START_OBJECT);
            return ModelType.of(type).read(parser);
        }
    }

    /// A value of a type that only fabric8's mapper reads.
    record Foreign(String name) implements ValueType {
        @Override
        public @Nullable Object read(JsonParser parser) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            throw new UnmodelledException(name);
        }
    }

    /// What no field is known for.
    record Anything() implements ValueType {
        static final Anything INSTANCE = new Anything();

        @Override
        public @Nullable Object read(JsonParser parser) {
            return switch (parser.currentToken()) {
                case VALUE_NULL -> null;
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_STRING -> parser.getString();
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
                case START_ARRAY -> new Listed(this).read(parser);
                case START_OBJECT -> new Mapped(this).read(parser);
                case null, default -> throw new UnmodelledException("token");
            };
        }
    }

    private static String text(JsonParser parser) {
        expect(parser, JsonToken.VALUE_STRING);
        return parser.getString();
    }

    private static void expect(JsonParser parser, JsonToken token) {
        if (parser.currentToken() != token) {
            throw new UnmodelledException(
                    "%s instead of %s".formatted(parser.currentToken(), token));
        }
    }
}
