package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.ObjectReader;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.BodyDecoder;
import io.j8s.apiserver.schema.TableDefaults;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;

import java.util.Set;

/// A resource in one of the versions that clients may ask for. Immutable; any thread.
public final class ServedResource {

    private final ApiTable.Resource row;
    private final GroupVersionKind gvk;
    private final TypeSchema type;
    private final TypeSchema listType;
    private final StoredKind stored;
    private final ObjectReader reader;
    private final Set<String> subresources;
    private final boolean isStoredVersion;
    private final EventFrames.LastFrames frames = new EventFrames.LastFrames();

    public ServedResource(
            ApiTable.Resource row,
            TypeSchema type,
            TypeSchema listType,
            StoredKind stored,
            ObjectReader reader,
            Set<String> subresources) {
        this.row = row;
        this.gvk = new GroupVersionKind(row.group(), row.version(), row.kind());
        this.type = type;
        this.listType = listType;
        this.stored = stored;
        this.reader = reader;
        this.subresources = Set.copyOf(subresources);
        this.isStoredVersion = gvk.equals(stored.gvk());
    }

    public GroupVersionKind gvk() {
        return gvk;
    }

    public GroupVersionResource gvr() {
        return new GroupVersionResource(row.group(), row.version(), row.name());
    }

    public GroupResource groupResource() {
        return new GroupResource(row.group(), row.name());
    }

    public TypeSchema type() {
        return type;
    }

    public TypeSchema listType() {
        return listType;
    }

    public StoredKind stored() {
        return stored;
    }

    public ObjectReader reader() {
        return reader;
    }

    public boolean namespaced() {
        return row.namespaced();
    }

    public boolean allows(String verb) {
        return row.verbs().contains(verb);
    }

    public boolean hasSubresource(String name) {
        return subresources.contains(name);
    }

    /// Told with every answer about it; empty for what is not deprecated.
    String deprecationWarning() {
        return row.deprecationWarning();
    }

    EventFrames.LastFrames frames() {
        return frames;
    }

    /// Whether stored bytes answer without conversion.
    public boolean isStoredVersion() {
        return isStoredVersion;
    }

    /// Defaults that hold for this version; those of the stored version follow after conversion.
    public void defaults(Tree object) {
        object.ensure("metadata");
        if (isStoredVersion) {
            stored.applyDefaults(object);
        } else {
            TableDefaults.apply(object);
        }
    }

    /// @param object of this version; may become part of the answer
    public Tree toStored(Tree object) {
        if (isStoredVersion) {
            stored.complete(object);
            return object;
        }
        var converted = stored.strategy().conversion(gvk).toStored(object, stored.type());
        stored.complete(converted);
        return converted;
    }

    /// @param object of the stored version; left as it is
    public Tree fromStored(Tree object) {
        if (isStoredVersion) {
            return object;
        }
        var converted = stored.strategy().conversion(gvk).fromStored(object, type);
        converted.set("apiVersion", gvk.apiVersion());
        converted.set("kind", gvk.kind());
        return converted;
    }

    /// Refuses the form of a list for one object and the other way round.
    void requireForm(Negotiated form, boolean isList) {
        if (form.form() != Negotiated.Form.PARTIAL || form.isListForm() == isList) {
            return;
        }
        // upstream names its own types
        String type = "*" + BodyDecoder.internalPackage(gvk.group()) + "." + gvk.kind();
        throw new ApiException(
                new ApiError.NotAcceptable(
                        isList
                                ? "you requested PartialObjectMetadata, but the requested object is a list (%sList)"
                                        .formatted(type)
                                : "you requested PartialObjectMetadataList, but the requested object is not a list (%s)"
                                        .formatted(type)));
    }
}
