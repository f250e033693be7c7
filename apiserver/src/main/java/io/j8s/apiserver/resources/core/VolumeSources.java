package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Rules about sources of volumes that pods and persistent volumes have in common.
final class VolumeSources {

    private static final String PARTITION = "must be between 1 and 255, inclusive";
    private static final String LUN = "must be between 0 and 255, inclusive";
    private static final Pattern IQN =
            Pattern.compile("iqn\\.\\d{4}-\\d{2}\\.([a-z0-9-.]+)(:[^,;*&$|\\s]+)?");
    private static final Pattern EUI = Pattern.compile("eui.[0-9a-fA-F]{16}");
    private static final Pattern NAA = Pattern.compile("naa.[0-9a-fA-F]{32}|naa.[0-9a-fA-F]{16}");

    /// In the order in which upstream looks at them: the first is the one that may be there.
    static final List<String> IN_PODS =
            List.of(
                    "emptyDir",
                    "hostPath",
                    "gitRepo",
                    "gcePersistentDisk",
                    "awsElasticBlockStore",
                    "secret",
                    "nfs",
                    "iscsi",
                    "glusterfs",
                    "flocker",
                    "persistentVolumeClaim",
                    "rbd",
                    "cinder",
                    "cephfs",
                    "quobyte",
                    "downwardAPI",
                    "fc",
                    "flexVolume",
                    "configMap",
                    "azureFile",
                    "vsphereVolume",
                    "photonPersistentDisk",
                    "portworxVolume",
                    "azureDisk",
                    "storageos",
                    "projected",
                    "scaleIO",
                    "csi",
                    "ephemeral",
                    "image");

    static final List<String> IN_PERSISTENT_VOLUMES =
            List.of(
                    "hostPath",
                    "gcePersistentDisk",
                    "awsElasticBlockStore",
                    "glusterfs",
                    "flocker",
                    "nfs",
                    "rbd",
                    "quobyte",
                    "cephfs",
                    "iscsi",
                    "cinder",
                    "fc",
                    "flexVolume",
                    "azureFile",
                    "vsphereVolume",
                    "photonPersistentDisk",
                    "portworxVolume",
                    "azureDisk",
                    "scaleIO",
                    "local",
                    "storageos",
                    "csi");

    private VolumeSources() {}

    /// The name of a source in messages about one too many, which upstream spells in its own way.
    static String misspelt(String kind) {
        return switch (kind) {
            case "cephfs" -> "cephFS";
            case "downwardAPI" -> "downwarAPI";
            default -> kind;
        };
    }

    /// @param holder what has the source
    /// @param volumeName of a persistent volume; empty in pods
    static void validate(At holder, String kind, At source, String volumeName) {
        switch (kind) {
            case "hostPath" -> hostPath(source);
            case "gitRepo" -> {
                source.present("repository");
                Paths.localDescending(source, "directory", source.string("directory"));
            }
            case "gcePersistentDisk" ->
                    // upstream's path
                    disk(
                            new At(source.tree(), holder.path("persistentDisk"), source.errors()),
                            "pdName");
            case "awsElasticBlockStore" -> disk(source, "volumeID");
            case "nfs" -> nfs(source);
            case "iscsi" -> iscsi(holder, source, volumeName);
            case "glusterfs" -> {
                source.present("endpoints");
                source.present("path");
                if (!volumeName.isEmpty() && source.has("endpointsNamespace")) {
                    endpointsNamespace(source);
                }
            }
            case "rbd" -> {
                if (source.strings("monitors").isEmpty()) {
                    source.required("monitors");
                }
                source.present("image");
            }
            case "cephfs" -> {
                if (source.strings("monitors").isEmpty()) {
                    source.required("monitors");
                }
            }
            case "cinder" -> {
                source.present("volumeID");
                secret(source, volumeName);
            }
            case "flocker" -> flocker(source);
            case "fc" -> fibreChannel(source);
            case "azureFile" -> {
                source.present("secretName");
                source.present("shareName");
                if (!volumeName.isEmpty() && source.has("secretNamespace")) {
                    source.present("secretNamespace");
                }
            }
            case "azureDisk" -> azureDisk(source);
            case "flexVolume" -> flex(source);
            case "quobyte" -> {
                if (source.string("registry").isEmpty()) {
                    source.required(
                            "registry",
                            "must be a host:port pair or multiple pairs separated by commas");
                } else if (source.string("tenant").length() > 64) {
                    source.required(
                            "tenant",
                            "must be a UUID and may not exceed a length of 64 characters");
                } else {
                    for (String pair : source.string("registry").split(",", -1)) {
                        if (!isHostAndPort(pair)) {
                            source.invalid(
                                    "registry",
                                    "must be a host:port pair or multiple pairs separated by"
                                            + " commas");
                        }
                    }
                }
                source.present("volume");
            }
            case "vsphereVolume" -> source.present("volumePath");
            case "photonPersistentDisk" -> source.present("pdID");
            case "portworxVolume" -> source.present("volumeID");
            case "scaleIO" -> {
                source.present("gateway");
                source.present("system");
                source.present("volumeName");
            }
            case "storageos" -> {
                if (source.present("volumeName")) {
                    source.dnsLabel("volumeName");
                }
                if (!source.string("volumeNamespace").isEmpty()) {
                    source.dnsLabel("volumeNamespace");
                }
                secret(source, volumeName);
            }
            default -> {
                // sources of later versions have no rules yet
            }
        }
    }

    /// Persistent volumes say in which namespace the secret lies.
    private static void secret(At source, String volumeName) {
        if (source.has("secretRef")) {
            source.present("secretRef.name");
            if (!volumeName.isEmpty()) {
                source.present("secretRef.namespace");
            }
        }
    }

    private static void endpointsNamespace(At source) {
        if (source.string("endpointsNamespace").isEmpty()) {
            source.invalid(
                    "endpointsNamespace",
                    "if the endpointnamespace is set, it must be a valid namespace name");
        } else {
            source.dnsLabel("endpointsNamespace");
        }
    }

    private static void hostPath(At source) {
        if (!source.present("path")) {
            return;
        }
        Paths.noBacksteps(source, "path", source.string("path"));
        source.optionalOneOf(
                "type",
                "",
                "BlockDevice",
                "CharDevice",
                "Directory",
                "DirectoryOrCreate",
                "File",
                "FileOrCreate",
                "Socket");
    }

    private static void disk(At source, String id) {
        source.present(id);
        long partition = source.number("partition");
        if (partition < 0 || partition > 255) {
            source.invalid("partition", partition, PARTITION);
        }
    }

    private static void nfs(At source) {
        source.present("server");
        source.present("path");
        if (!source.string("path").startsWith("/")) {
            source.invalid("path", source.string("path"), "must be an absolute path");
        }
    }

    /// Go's `net.SplitHostPort`: one colon, or an address in brackets before it.
    private static boolean isHostAndPort(String text) {
        return text.matches("[^:\\[\\]]*:[^:\\[\\]]*|\\[[^\\[\\]]*]:[^:\\[\\]]*");
    }

    private static void iscsi(At holder, At source, String volumeName) {
        source.present("targetPortal");
        String portal = source.string("targetPortal");
        boolean inPod = volumeName.isEmpty();
        String name = inPod ? holder.string("name") : volumeName;
        if (source.has("initiatorName") && (name + ":" + portal).length() > 64) {
            source.errors()
                    .invalid(
                            inPod ? holder.path("name") : source.path("targetportal"),
                            inPod ? name : portal,
                            "Total length of <volume name>:<iscsi.targetPortal> must be under 64"
                                    + " characters if iscsi.initiatorName is specified.");
        }
        if (source.present("iqn")) {
            qualified(source, "iqn", source.string("iqn"), inPod);
        }
        long lun = source.number("lun");
        if (lun < 0 || lun > 255) {
            source.invalid("lun", lun, LUN);
        }
        if ((source.bool("chapAuthDiscovery") || source.bool("chapAuthSession"))
                && !source.has("secretRef")) {
            source.required("secretRef");
        }
        if (!inPod && source.has("secretRef")) {
            source.present("secretRef.name");
        }
        if (source.has("initiatorName")) {
            qualified(source, "initiatorname", source.string("initiatorName"), inPod);
        }
    }

    private static void qualified(At source, String field, String name, boolean inPod) {
        if (isQualified(name)) {
            return;
        }
        boolean begins = List.of("iqn", "eui", "naa").stream().anyMatch(name::startsWith);
        source.errors()
                .invalid(
                        source.path(field),
                        name,
                        inPod && !begins
                                ? "must be valid format starting with iqn, eui, or naa"
                                : "must be valid format");
    }

    private static boolean isQualified(String name) {
        return IQN.matcher(name).matches()
                || EUI.matcher(name).matches()
                || NAA.matcher(name).matches();
    }

    private static void flocker(At source) {
        boolean name = !source.string("datasetName").isEmpty();
        boolean uuid = !source.string("datasetUUID").isEmpty();
        if (!name && !uuid) {
            source.errors()
                    .required(source.path(), "one of datasetName and datasetUUID is required");
        }
        if (name && uuid) {
            source.errors()
                    .invalid(
                            source.path(),
                            "resource",
                            "datasetName and datasetUUID can not be specified simultaneously");
        }
        if (source.string("datasetName").contains("/")) {
            source.invalid("datasetName", "must not contain '/'");
        }
    }

    private static void fibreChannel(At source) {
        var targets = source.strings("targetWWNs");
        var ids = source.strings("wwids");
        if (targets.isEmpty() && ids.isEmpty()) {
            source.required("targetWWNs", "must specify either targetWWNs or wwids, but not both");
        }
        if (!targets.isEmpty() && !ids.isEmpty()) {
            source.invalid(
                    "targetWWNs", "targetWWNs and wwids can not be specified simultaneously");
        }
        if (!targets.isEmpty()) {
            if (!source.has("lun")) {
                source.required("lun", "lun is required if targetWWNs is specified");
            } else if (source.number("lun") < 0 || source.number("lun") > 255) {
                source.invalid("lun", LUN);
            }
        }
    }

    private static void azureDisk(At source) {
        source.present("diskName");
        source.present("diskURI");
        source.optionalOneOf("cachingMode", "None", "ReadOnly", "ReadWrite");
        source.optionalOneOf("kind", "Dedicated", "Managed", "Shared");
        String uri = source.string("diskURI");
        if (source.has("kind")) {
            boolean managed = source.string("kind").equals("Managed");
            if (managed && !uri.startsWith("/subscriptions/")) {
                source.notSupported(
                        "diskURI",
                        "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/"
                                + "microsoft.compute/disks/{disk-id}");
            }
            if (!managed && !uri.startsWith("https://")) {
                source.notSupported(
                        "diskURI",
                        "https://{account-name}.blob.core.windows.net/{container-name}/"
                                + "{disk-name}.vhd");
            }
        }
    }

    private static void flex(At source) {
        source.present("driver");
        for (String key : source.keys("options")) {
            int slash = key.indexOf('/');
            String group = slash < 0 ? key : key.substring(0, slash);
            String dotted = "." + group.toLowerCase(Locale.ROOT);
            if (dotted.endsWith(".kubernetes.io") || dotted.endsWith(".k8s.io")) {
                source.errors()
                        .invalid(
                                source.path("options[" + key + "]"),
                                key,
                                "kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }
}
