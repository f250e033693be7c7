package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.ClusterTrustBundleProjection;
import io.fabric8.kubernetes.api.model.certificates.v1.ClusterTrustBundle;
import io.j8s.machinery.selectors.Selector;
import io.j8s.nodeagent.api.ClusterApi;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The certificates of ClusterTrustBundles as one file: without what stands between them, each
/// once, in an order that says nothing. upstream: normalizeTrustAnchors
final class TrustAnchors {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([^-]+)-----\\s(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile("(?m)^[^\\s:]+:.*$");
    private static final Base64.Encoder LINES =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private TrustAnchors() {}

    static byte[] of(ClusterApi api, ClusterTrustBundleProjection source) throws VolumeException {
        boolean isOptional = Boolean.TRUE.equals(source.getOptional());
        var name = source.getName();
        if (name != null && !name.isEmpty()) {
            var found = api.clusterTrustBundle(name);
            if (found.isEmpty() && !isOptional) {
                throw new VolumeException(
                        "while getting ClusterTrustBundle: clustertrustbundle.certificates.k8s.io \"%s\" not found"
                                .formatted(name));
            }
            return normal(found.stream().toList());
        }
        if (source.getSignerName() == null) {
            throw new VolumeException(
                    "ClusterTrustBundle projection requires either name or signerName to be set");
        }
        var selector = Selector.of(source.getLabelSelector()); // none selects nothing
        var found =
                api.clusterTrustBundles(source.getSignerName()).stream()
                        .filter(bundle ->
                                selector.matches(
                                        bundle.getMetadata().getLabels() == null
                                                ? java.util.Map.of()
                                                : bundle.getMetadata().getLabels()))
                        .toList();
        if (found.isEmpty() && !isOptional) {
            throw new VolumeException(
                    "combination of signerName and labelSelector matched zero ClusterTrustBundles");
        }
        return normal(found);
    }

    private static byte[] normal(List<ClusterTrustBundle> bundles) {
        return normalPem(
                String.join(
                        "\n",
                        bundles.stream()
                                .map(bundle -> bundle.getSpec().getTrustBundle())
                                .toList()));
    }

    /// Pure. Every block becomes a `CERTIFICATE` without headers.
    static byte[] normalPem(String text) {
        var certificates = new TreeSet<String>();
        for (var block : blocks(text)) {
            certificates.add(LINES.encodeToString(block));
        }
        return pem(List.copyOf(certificates));
    }

    /// Pure. The same for a chain: its order stays.
    static byte[] cleanChain(String text) {
        return pem(blocks(text).stream().map(LINES::encodeToString).toList());
    }

    private static List<byte[]> blocks(String text) {
        return BLOCK.matcher(text)
                .results()
                .map(found ->
                        Base64.getMimeDecoder()
                                .decode(HEADER.matcher(found.group(2)).replaceAll("")))
                .toList();
    }

    private static byte[] pem(List<String> encoded) {
        var out = new StringBuilder();
        for (var certificate : encoded) {
            out.append("-----BEGIN CERTIFICATE-----\n")
                    .append(certificate)
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return out.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
