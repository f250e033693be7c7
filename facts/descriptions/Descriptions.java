import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Reads the texts of types and fields out of fabric8's published sources (javadoc of classes and
 * getters) and writes them as the API server reads them for OpenAPI and explain:
 * {"type":{"":"…","field":"…"}}.
 *
 * <p>Run by the build: {@code java Descriptions.java SCHEMA_JSON FOLDER_OF_SOURCE_JARS OUTPUT}.
 * Plain Java 17, because it runs in the JDK that runs Maven.
 */
public final class Descriptions {

    private static final String ROOT = "io/fabric8/kubernetes/api/model/";
    private static final Pattern PROPERTY = Pattern.compile("    @JsonProperty\\(\"([^\"]+)\"\\)");
    private static final Pattern GETTER =
            Pattern.compile("    public \\S.* (get|is)\\w+\\(\\) \\{");
    private static final Pattern ENTITY = Pattern.compile("&(lt|gt|amp|quot|#\\d+);");

    private final Set<String> known = new HashSet<>();
    private final Map<String, Map<String, String>> texts = new TreeMap<>();

    public static void main(String[] args) throws IOException {
        var out = Path.of(args[2]);
        var newest = newest(Path.of(args[0]), Path.of(args[1]));
        if (Files.exists(out) && Files.getLastModifiedTime(out).toMillis() >= newest) {
            return;
        }
        var program = new Descriptions();
        program.schema(Path.of(args[0]));
        try (Stream<Path> jars = Files.list(Path.of(args[1]))) {
            for (Path jar : jars.filter(p -> p.toString().endsWith(".jar")).sorted().toList()) {
                program.jar(jar);
            }
        }
        Files.createDirectories(out.getParent());
        Files.writeString(out, program.json());
    }

    private static long newest(Path schema, Path folder) throws IOException {
        long newest = Files.getLastModifiedTime(schema).toMillis();
        try (Stream<Path> jars = Files.list(folder)) {
            for (Path jar : jars.toList()) {
                newest = Math.max(newest, Files.getLastModifiedTime(jar).toMillis());
            }
        }
        return newest;
    }

    private void schema(Path file) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("\"")) {
                known.add(line.substring(1, line.indexOf('"', 1)));
            }
        }
    }

    private void jar(Path file) throws IOException {
        try (var zip = new ZipFile(file.toFile())) {
            for (var entry : zip.stream().toList()) {
                String name = entry.getName();
                if (name.startsWith(ROOT) && name.endsWith(".java")) {
                    String type =
                            type(name.substring(ROOT.length(), name.length() - ".java".length()));
                    if (type != null) {
                        source(
                                type,
                                new String(
                                        zip.getInputStream(entry).readAllBytes(),
                                        StandardCharsets.UTF_8));
                    }
                }
            }
        }
    }

    /** The OpenAPI name of a class such as {@code apps/DeploymentSpec}; null when it has none. */
    private String type(String path) {
        int slash = path.lastIndexOf('/');
        String place = slash < 0 ? "" : path.substring(0, slash);
        String name = path.substring(slash + 1);
        String[] packages =
                switch (place) {
                    case "" ->
                            new String[] {
                                "io.k8s.api.core.v1.",
                                "io.k8s.apimachinery.pkg.apis.meta.v1.",
                                "io.k8s.apimachinery.pkg.api.resource.",
                                "io.k8s.apimachinery.pkg.util.intstr."
                            };
                    case "runtime" -> new String[] {"io.k8s.apimachinery.pkg.runtime."};
                    case "version" -> new String[] {"io.k8s.apimachinery.pkg.version."};
                    case "apps", "rbac", "storage", "authentication" ->
                            new String[] {"io.k8s.api." + place + ".v1."};
                    default ->
                            new String[] {
                                "io.k8s.api." + place.replace('/', '.') + ".",
                                "io.k8s.apiextensions-apiserver.pkg.apis."
                                        + place.replace('/', '.')
                                        + ".",
                                "io.k8s.kube-aggregator.pkg.apis." + place.replace('/', '.') + ".",
                                "io.k8s.metrics.pkg.apis." + place.replace('/', '.') + "."
                            };
                };
        for (String p : packages) {
            if (known.contains(p + name)) {
                return p + name;
            }
        }
        return null;
    }

    private void source(String type, String source) {
        var fields = new TreeMap<String, String>();
        StringBuilder block = null;
        String doc = "";
        String property = "";
        for (String line : source.split("\n", -1)) {
            String text = line.strip();
            if (text.equals("/**")) {
                block = new StringBuilder();
            } else if (text.equals("*/") && block != null) {
                doc = block.toString();
                block = null;
            } else if (block != null) {
                block.append(block.length() > 0 ? "\n" : "")
                        .append(text.replaceFirst("^\\* ?", ""));
            } else if (line.startsWith("public class ")) {
                put(fields, "", doc);
                doc = "";
            } else if (PROPERTY.matcher(line).matches()) {
                property = line.substring(line.indexOf('"') + 1, line.lastIndexOf('"'));
            } else if (GETTER.matcher(line).matches()) {
                // a getter of a struct repeats the text of the class it stands in: no text of its
                // own
                if (!property.isEmpty() && !unescape(doc).equals(fields.get(""))) {
                    put(fields, property, doc);
                }
                doc = "";
                property = "";
            } else if (line.startsWith("    ")
                    && !line.startsWith("     ")
                    && (text.endsWith("{") || text.endsWith(";"))) {
                doc = "";
                property = "";
            }
        }
        if (!fields.isEmpty()) {
            texts.put(type, fields);
        }
    }

    private static void put(Map<String, String> fields, String name, String doc) {
        String text = unescape(doc);
        if (!text.isEmpty()) {
            fields.put(name, text);
        }
    }

    private static String unescape(String doc) {
        return ENTITY.matcher(
                        doc.replaceAll("<br>\\s*(<p> ?)?", "\n")
                                .strip() /* fabric8 writes line feeds so */)
                .replaceAll(m ->
                        java.util.regex.Matcher.quoteReplacement(
                                switch (m.group(1)) {
                                    case "lt" -> "<";
                                    case "gt" -> ">";
                                    case "amp" -> "&";
                                    case "quot" -> "\"";
                                    default ->
                                            Character.toString(
                                                    Integer.parseInt(m.group(1).substring(1)));
                                }));
    }

    private String json() {
        var out = new StringBuilder("{");
        texts.forEach((type, fields) -> {
            out.append(out.length() > 1 ? ",\n" : "\n");
            quote(out, type);
            out.append(":{");
            boolean first = true;
            for (var field : fields.entrySet()) {
                out.append(first ? "" : ",");
                first = false;
                quote(out, field.getKey());
                out.append(':');
                quote(out, field.getValue());
            }
            out.append('}');
        });
        return out.append("\n}\n").toString();
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
