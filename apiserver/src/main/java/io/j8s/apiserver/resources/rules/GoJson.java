package io.j8s.apiserver.resources.rules;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Set;

/// Prints structs as upstream's messages show them. There a bad value is one of upstream's internal
/// types, which have no JSON names: every field stands there under its Go name, set or not. Types
/// of `meta/v1` are printed as clients know them.
public final class GoJson {

    /// Go names that are not the JSON name with a capital.
    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry("apiGroup", "APIGroup"),
                    Map.entry("apiGroups", "APIGroups"),
                    Map.entry("apiVersion", "APIVersion"),
                    Map.entry("apiVersions", "APIVersions"),
                    Map.entry("awsElasticBlockStore", "AWSElasticBlockStore"),
                    Map.entry("bool", "BoolValue"),
                    Map.entry("bools", "BoolValues"),
                    Map.entry("caBundle", "CABundle"),
                    Map.entry("cel", "CEL"),
                    Map.entry("cephfs", "CephFS"),
                    Map.entry("cidr", "CIDR"),
                    Map.entry("cidrs", "CIDRs"),
                    Map.entry("csi", "CSI"),
                    Map.entry("dnsConfig", "DNSConfig"),
                    Map.entry("dnsPolicy", "DNSPolicy"),
                    Map.entry("fc", "FC"),
                    Map.entry("fsGroup", "FSGroup"),
                    Map.entry("fsGroupChangePolicy", "FSGroupChangePolicy"),
                    Map.entry("fsGroupPolicy", "FSGroupPolicy"),
                    Map.entry("fsType", "FSType"),
                    Map.entry("gcePersistentDisk", "GCEPersistentDisk"),
                    Map.entry("gmsaCredentialSpec", "GMSACredentialSpec"),
                    Map.entry("gmsaCredentialSpecName", "GMSACredentialSpecName"),
                    Map.entry("grpc", "GRPC"),
                    Map.entry("http", "HTTP"),
                    Map.entry("httpGet", "HTTPGet"),
                    Map.entry("httpHeaders", "HTTPHeaders"),
                    Map.entry("int", "IntValue"),
                    Map.entry("ints", "IntValues"),
                    Map.entry("ip", "IP"),
                    Map.entry("ipBlock", "IPBlock"),
                    Map.entry("ipFamilies", "IPFamilies"),
                    Map.entry("ipFamilyPolicy", "IPFamilyPolicy"),
                    Map.entry("ipMode", "IPMode"),
                    Map.entry("ips", "IPs"),
                    Map.entry("iscsi", "ISCSI"),
                    Map.entry("jsonPatch", "JSONPatch"),
                    Map.entry("nfs", "NFS"),
                    Map.entry("nodeID", "NodeID"),
                    Map.entry("nonResourceURLs", "NonResourceURLs"),
                    Map.entry("os", "OS"),
                    Map.entry("rbd", "RBD"),
                    Map.entry("seLinuxChangePolicy", "SELinuxChangePolicy"),
                    Map.entry("seLinuxMount", "SELinuxMount"),
                    Map.entry("seLinuxOptions", "SELinuxOptions"),
                    Map.entry("storageos", "StorageOS"),
                    Map.entry("string", "StringValue"),
                    Map.entry("strings", "StringValues"),
                    Map.entry("tcpSocket", "TCPSocket"),
                    Map.entry("tls", "TLS"),
                    Map.entry("ttlSecondsAfterFinished", "TTLSecondsAfterFinished"),
                    Map.entry("tty", "TTY"),
                    Map.entry("uid", "UID"),
                    Map.entry("url", "URL"),
                    Map.entry("versions", "VersionValues"));

    private static final Set<Integer> NIL_WHEN_ABSENT =
            Set.of(ValueType.LIST, ValueType.MAP, ValueType.BYTES, ValueType.TIME, ValueType.RAW);

    private GoJson() {}

    /// @param value a tree value; null for Go's nil
    public static String of(@Nullable Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Tree tree -> {
                if (isMeta(tree.type())) {
                    out.append(tree);
                } else {
                    struct(tree.type(), tree, out);
                }
            }
            case TreeList list -> list(list, out);
            case TreeMap map -> map(map, out);
            case String text -> text(text, out);
            case Num number -> out.append(number.literal());
            default -> out.append(value);
        }
    }

    private static boolean isMeta(TypeSchema type) {
        return type.name().startsWith("io.k8s.apimachinery.");
    }

    private static void struct(TypeSchema type, @Nullable Tree tree, StringBuilder out) {
        String sign = "{";
        for (FieldSchema field : type.fields()) {
            boolean isObject = type.field("metadata") != null;
            if (isObject && (field.name().equals("kind") || field.name().equals("apiVersion"))) {
                continue; // internal objects do not say what they are
            }
            if (field.name().equals("metadata")) {
                // embedded, so that its fields stand beside the others
                Tree metadata = tree == null ? null : tree.tree("metadata");
                String inner = metadata == null ? "{}" : metadata.toString();
                if (inner.length() > 2) {
                    out.append(sign).append(inner, 1, inner.length() - 1);
                    sign = ",";
                }
                continue;
            }
            out.append(sign).append('"').append(name(type, field.name())).append("\":");
            sign = ",";
            Object value = tree == null ? null : tree.get(field.name());
            if (value == null && !field.pointer()) {
                zero(field.type(), out);
            } else {
                write(value, out);
            }
        }
        out.append(sign.equals("{") ? "{}" : "}");
    }

    private static void zero(ValueType type, StringBuilder out) {
        switch (type.tag()) {
            case ValueType.STRING -> out.append("\"\"");
            case ValueType.BOOL -> out.append("false");
            case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE, ValueType.INT_OR_STRING ->
                    out.append('0');
            case ValueType.QUANTITY -> out.append('"').append(Quantity.ZERO).append('"');
            case ValueType.STRUCT -> {
                if (type instanceof TypeSchema struct && !isMeta(struct)) {
                    struct(struct, null, out);
                } else {
                    out.append("{}");
                }
            }
            default -> out.append(NIL_WHEN_ABSENT.contains(type.tag()) ? "null" : "\"\"");
        }
    }

    private static void list(TreeList list, StringBuilder out) {
        out.append('[');
        String comma = "";
        for (Object element : list) {
            out.append(comma);
            comma = ",";
            write(element == Tree.NULL ? null : element, out);
        }
        out.append(']');
    }

    private static void map(TreeMap map, StringBuilder out) {
        out.append('{');
        String comma = "";
        for (String key : map.sortedKeys()) {
            out.append(comma);
            comma = ",";
            text(key, out);
            out.append(':');
            write(map.get(key), out);
        }
        out.append('}');
    }

    /// As Go's encoder, which also escapes what is special in HTML.
    private static void text(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20
                            || c == '<'
                            || c == '>'
                            || c == '&'
                            || c == 0x2028
                            || c == 0x2029) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static String name(TypeSchema type, String json) {
        if (json.equals("serviceAccount") && type.name().endsWith(".PodSpec")) {
            return "DeprecatedServiceAccount";
        }
        String known = NAMES.get(json);
        return known != null ? known : Character.toUpperCase(json.charAt(0)) + json.substring(1);
    }
}
