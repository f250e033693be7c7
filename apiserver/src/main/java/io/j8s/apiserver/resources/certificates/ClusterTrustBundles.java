package io.j8s.apiserver.resources.certificates;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/// Everything the API server knows about `certificates.k8s.io ClusterTrustBundle`.
public final class ClusterTrustBundles implements ResourceStrategy<GenericKubernetesResource> {

    private static final int BYTES_MAX = 1024 * 1024; // upstream: MaxTrustBundleSize
    private static final String OMITTED = "<value omitted>";

    @Override
    public Names names() {
        return new Names(
                "certificates.k8s.io/v1beta1", "ClusterTrustBundle", "clustertrustbundles");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    /// The name begins with the signer's, so it is judged with it.
    @Override
    public NameRule nameRule() {
        return NameRule.PATH_SEGMENT;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        names(root);
        bundle(root);
    }

    private static void names(At root) {
        String signer = root.string("spec.signerName");
        String name = root.string("metadata.name");
        if (signer.isEmpty()) {
            if (name.contains(":")) {
                root.invalid(
                        "metadata.name",
                        name,
                        "ClusterTrustBundle without signer name must not have \":\" in its name");
            } else {
                root.all("metadata.name", name, NameRules.dns1123Subdomain(name));
            }
            return;
        }
        String prefix = signer.replace('/', ':') + ":";
        if (name.startsWith(prefix)) {
            root.all(
                    "metadata.name",
                    name,
                    NameRules.dns1123Subdomain(name.substring(prefix.length())));
        } else {
            root.invalid(
                    "metadata.name",
                    name,
                    "ClusterTrustBundle for signerName "
                            + signer
                            + " must be named with prefix "
                            + prefix);
        }
        SignerNames.validate(root, "spec.signerName");
    }

    private static void bundle(At root) {
        String pem = root.string("spec.trustBundle");
        if (NameRules.utf8Length(pem) > BYTES_MAX) {
            root.errors().tooLong("spec.trustBundle", BYTES_MAX);
            return;
        }
        var anchors = new LinkedHashMap<List<Byte>, List<Integer>>();
        boolean malformed = false;
        var blocks = PemBlocks.read(pem);
        for (int i = 0; i < blocks.size(); i++) {
            String mistake = mistake(blocks.get(i), i);
            if (mistake.isEmpty()) {
                anchors.computeIfAbsent(blocks.get(i).bytes(), _ -> new ArrayList<>()).add(i);
            } else {
                malformed = true;
                root.invalid("spec.trustBundle", OMITTED, mistake);
            }
        }
        if (malformed) {
            return;
        }
        if (anchors.isEmpty()) {
            root.invalid("spec.trustBundle", OMITTED, "at least one trust anchor must be provided");
        }
        for (var indexes : anchors.values()) {
            if (indexes.size() > 1) {
                root.invalid(
                        "spec.trustBundle",
                        OMITTED,
                        "duplicate trust anchor (indices ["
                                + indexes.stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(" "))
                                + "])");
            }
        }
    }

    private static String mistake(PemBlocks.Block block, int index) {
        String entry = "entry " + index;
        if (!block.type().equals("CERTIFICATE")) {
            return entry + " has bad block type: " + block.type();
        }
        if (block.hasHeaders()) {
            return entry + " has PEM block headers";
        }
        var certificate = block.certificate();
        if (certificate == null) {
            return entry + " does not parse as X.509";
        }
        return certificate.isAuthority() ? "" : entry + " does not have the CA bit set";
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        names(root);
        if (!tree.semanticallyEquals(oldTree, "spec.trustBundle")) {
            bundle(root);
        }
        root.immutable("spec.signerName", oldTree);
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(SelectableField.at("spec.signerName"));
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text(
                        "SignerName",
                        "Signer whose certificates it verifies",
                        bundle -> {
                            String signer = Cells.text(bundle, "spec", "signerName");
                            return signer.isEmpty() ? "<none>" : signer;
                        }));
    }
}
