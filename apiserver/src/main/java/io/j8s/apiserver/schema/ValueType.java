package io.j8s.apiserver.schema;

/// What a value in a tree may be: a scalar, a list, a map by string, or a struct or special type
/// ([TypeSchema]). Immutable.
public sealed interface ValueType {

    /// Dense numbers for the codecs' inner switches, which are hot.
    int tag();

    int STRING = 0;
    int BYTES = 1;
    int BOOL = 2;
    int INT32 = 3;
    int INT64 = 4;
    int DOUBLE = 5;
    int ANY = 6;
    int DYNAMIC = 7;
    int LIST = 8;
    int MAP = 9;
    int STRUCT = 10;
    int QUANTITY = 11;
    int TIME = 12;
    int MICRO_TIME = 13;
    int DURATION = 14;
    int INT_OR_STRING = 15;
    int RAW = 16;
    int ITEMS = 17;
    int SCHEMA_OR_BOOL = 18;
    int SCHEMA_OR_ARRAY = 19;
    int SCHEMA_OR_STRING_ARRAY = 20;
    int ENVELOPE = 21;

    /// A scalar, or a value without a known shape.
    enum Scalar implements ValueType {
        STRING(ValueType.STRING, "string"),
        /// Base64 text in JSON and in the tree.
        BYTES(ValueType.BYTES, "[]uint8"),
        BOOL(ValueType.BOOL, "bool"),
        /// Only the elements of bytes that a client writes as an array of numbers.
        UINT8(ValueType.INT32, "uint8"),
        INT32(ValueType.INT32, "int32"),
        INT64(ValueType.INT64, "int64"),
        DOUBLE(ValueType.DOUBLE, "float64"),
        /// Any JSON, kept as its bytes ([Raw]).
        ANY(ValueType.ANY, "interface {}"),
        /// Any JSON, kept as a tree of [TreeMap], [TreeList], strings, numbers, booleans and
        /// [Tree#NULL]: what custom resources hold where their schema says nothing.
        DYNAMIC(ValueType.DYNAMIC, "interface {}");

        private final int tag;
        private final String goName;

        Scalar(int tag, String goName) {
            this.tag = tag;
            this.goName = goName;
        }

        @Override
        public int tag() {
            return tag;
        }

        /// The type's name in Go's decoding errors.
        public String goName() {
            return goName;
        }
    }

    record ListOf(ValueType element) implements ValueType {
        @Override
        public int tag() {
            return LIST;
        }
    }

    record MapOf(ValueType value) implements ValueType {
        @Override
        public int tag() {
            return MAP;
        }
    }

    /// The marker for structs and the types with a JSON form of their own.
    sealed interface Named extends ValueType permits TypeSchema {}

    ListOf DYNAMIC_LIST = new ListOf(Scalar.DYNAMIC);
    MapOf DYNAMIC_MAP = new MapOf(Scalar.DYNAMIC);
}
