package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// Who changes an object's owners must be allowed to delete it (upstream:
/// `plugin/pkg/admission/gc`, off by default). Blocking owners are left to those who may set the
/// owner's finalizers; without knowledge of the owner's resource that part asks nothing.
public final class OwnerReferencesPermissionEnforcement implements AdmissionPlugin {

    private final Authorizer authorizer;

    public OwnerReferencesPermissionEnforcement(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "OwnerReferencesPermissionEnforcement";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isCreate(attributes) || Refusals.isUpdate(attributes);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        var object = Objects.requireNonNull(attributes.object());
        var old = attributes.old();
        if (!isChanged(object, old) || old == null) {
            return; // upstream: whoever creates an object may give it owners
        }
        var info =
                new RequestInfo(
                        true,
                        "",
                        "delete",
                        attributes.resource().group(),
                        attributes.resource().version(),
                        attributes.key().namespace(),
                        attributes.resource().resource(),
                        attributes.subresource(),
                        attributes.key().name(),
                        "");
        if (!(authorizer.authorize(attributes.context().user(), info)
                instanceof Decision.Allowed)) {
            throw Refusals.forbidden(
                    attributes, "cannot set an ownerRef on a resource you can't delete: , <nil>");
        }
    }

    private static boolean isChanged(Tree object, @Nullable Tree old) {
        return old == null || !object.semanticallyEquals(old, "metadata.ownerReferences");
    }
}
