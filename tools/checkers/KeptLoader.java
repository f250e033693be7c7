import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps the checkers loaded: javac makes a class loader for its plugins at every compilation, so a
/// build of many modules would load and compile Error Prone anew for the sources and tests of each.
/// `-XDprocloader` names this class to javac, which takes its own loader where it finds no such
/// class; being an agent's puts it on the class path of the JVM that runs Maven.
///
/// Maven's lanes are threads, and each keeps checkers of its own: none sees two compilations at a
/// time.
public final class KeptLoader extends ClassLoader {

    private static final ThreadLocal<Map<List<String>, ClassLoader>> KEPT =
            ThreadLocal.withInitial(HashMap::new);

    /// Called by javac, by reflection.
    public KeptLoader(URL[] path, ClassLoader parent) {
        super(kept(path, parent)); // not closeable: javac closes loaders when it is done
    }

    private static ClassLoader kept(URL[] path, ClassLoader parent) {
        var key = Arrays.stream(path).map(URL::toString).toList();
        return KEPT.get().computeIfAbsent(key, _ -> new URLClassLoader(path, parent));
    }

    /// An agent must have one.
    public static void premain(String options) {}
}
