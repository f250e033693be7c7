package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Format;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.BodyDecoder;
import io.j8s.apiserver.schema.BodyDecoder.Encoding;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.meta.GroupVersionKind;

import java.util.List;

/// Reads objects from request bodies in the formats that clients send. Any thread.
public final class Bodies {

    private static final List<Format> FORMATS = List.of(Format.values());

    private final BodyDecoder decoder;

    public Bodies(Schema schema) {
        this.decoder = new BodyDecoder(schema::find);
    }

    /// What the request's `Content-Type` says; refuses what nobody can read.
    public Encoding encoding(Exchange exchange) {
        return switch (Negotiation.ofBody(exchange, FORMATS)) {
            case JSON -> Encoding.JSON;
            case YAML -> Encoding.YAML;
            case PROTOBUF -> Encoding.PROTOBUF;
        };
    }

    /// @return the object as it was sent, with `apiVersion` and `kind`
    public Tree read(
            Encoding encoding,
            byte[] body,
            GroupVersionKind expected,
            FieldValidation validation,
            RequestContext context) {
        var read = decoder.decode(body, encoding, expected, validation);
        read.warnings().forEach(context::warn);
        return read.tree();
    }

    /// As [#read] for a type that every group has under its own version, such as `DeleteOptions`:
    /// upstream reads it whatever the version says, and passes on what its codec says.
    Tree readOptions(Encoding encoding, byte[] body, String kind, TypeSchema type) {
        return BodyDecoder.options(encoding, body, kind, type);
    }
}
