package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Answers.StatusCodec;
import io.j8s.apiserver.chain.Format;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.Status;
import io.j8s.machinery.meta.GroupVersionKind;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes a Status in every form. Any thread.
final class StatusForms implements StatusCodec {

    private static final GroupVersionKind KIND = new GroupVersionKind("", "v1", "Status");

    private final TypeSchema type;
    private final Forms forms;

    StatusForms(TypeSchema type, Forms forms) {
        this.type = type;
        this.forms = forms;
    }

    @Override
    public byte[] write(Status status, Negotiated form) {
        byte[] json = status.toJson().getBytes(StandardCharsets.UTF_8);
        if (form.format() == Format.PROTOBUF) {
            return ProtobufCodec.write(JsonCodec.read(json, type).tree(), KIND);
        }
        // without its newline, which the form adds again where it belongs
        return forms.text(Arrays.copyOf(json, json.length - 1), form);
    }
}
