package io.j8s.apiserver.resources.rules;

import java.util.List;

/// Metadata of templates, of which only labels and annotations reach what is made (upstream:
/// `ValidateTemplateObjectMeta`).
public final class TemplateMetadata {

    private static final List<String> ALLOWED = List.of("labels", "annotations");

    private TemplateMetadata() {}

    public static void validate(At metadata) {
        metadata.annotations("annotations");
        metadata.labels("labels");
        for (var field : metadata.tree().type().fields()) {
            String name = field.name();
            Object value = metadata.get(name);
            if (value != null && !"".equals(value) && !ALLOWED.contains(name)) {
                // upstream lowers the first letter of Go's own name
                metadata.forbidden(name.equals("uid") ? "uID" : name, "cannot be set");
            }
        }
    }
}
