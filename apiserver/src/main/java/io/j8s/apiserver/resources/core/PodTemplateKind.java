package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.PodTemplate;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;

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
    public void prepareForCreate(RequestContext context, Tree object) {
        object.set("metadata.generation", 1L);
        PodTemplates.dropDisabled(object, null, "template");
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        PodTemplates.dropDisabled(updated, old, "template");
        if (!updated.semanticallyEquals(old, "template")) {
            updated.set("metadata.generation", old.longValue("metadata.generation", 0) + 1);
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        PodValidation.template(At.root(tree, errors).at("template"));
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        return oldTree != null && tree.semanticallyEquals(oldTree, "metadata.generation")
                ? List.of()
                : PodWarnings.ofTemplate(tree, "template");
    }

    @Override
    public List<Column<PodTemplate>> columns() {
        return WorkloadColumns.templates();
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }
}
