package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.PodTemplate;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

/// Everything the API server knows about `v1 PodTemplate`.
public final class PodTemplateKind implements ResourceStrategy<PodTemplate> {

    @Override
    public Names names() {
        return new Names("v1", "PodTemplate", "podtemplates");
    }

    @Override
    public Class<PodTemplate> view() {
        return PodTemplate.class;
    }

    @Override
    public void applyDefaults(Tree object) {
        PodTemplates.applyDefaults(object.ensure("template"));
    }

    @Override
    public void validate(PodTemplate object, Tree tree, FieldErrors errors) {
        PodValidation.template(At.root(tree, errors).at("template"));
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }
}
