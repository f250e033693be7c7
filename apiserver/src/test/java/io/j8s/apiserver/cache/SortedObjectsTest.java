package io.j8s.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

class SortedObjectsTest {

    @Test
    void namespacesComeInTheOrderOfTheStore() {
        var keys =
                new ArrayList<>(
                        List.of(
                                new ObjectKey("a", "x"),
                                new ObjectKey("a.b", "x"),
                                new ObjectKey("a-b", "x"),
                                new ObjectKey("ab", "x"),
                                new ObjectKey("a", "b")));
        keys.sort(SortedObjects::compare);

        assertThat(keys.stream().map(key -> key.namespace() + "/" + key.name()))
                .containsExactly("a-b/x", "a.b/x", "a/b", "a/x", "ab/x")
                .isSorted();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void behavesAsASortedMapAndNeverChangesAnOlderState(long seed) {
        var random = new Random(seed);
        var model = new TreeMap<String, EncodedObject>();
        SortedObjects objects = SortedObjects.EMPTY;
        List<SortedObjects> states = new ArrayList<>();
        List<List<EncodedObject>> expected = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            String namespace = "ns" + "-".repeat(random.nextInt(3)) + random.nextInt(3);
            var key = new ObjectKey(namespace, "n" + random.nextInt(1500));
            if (random.nextInt(step < 10_000 ? 4 : 2) == 0) {
                objects = objects.without(key);
                model.remove(namespace + "/" + key.name());
            } else {
                EncodedObject object = TestObjects.object(key, "w", step);
                objects = objects.with(object);
                model.put(namespace + "/" + key.name(), object);
            }
            if (step % 1000 == 0) {
                states.add(objects);
                expected.add(List.copyOf(model.values()));
                checkPages(objects, model, random);
            }
        }
        for (int i = 0; i < states.size(); i++) {
            assertThat(states.get(i).page(ListQuery.ALL, 0).items()).isEqualTo(expected.get(i));
            assertThat(states.get(i).size()).isEqualTo(expected.get(i).size());
        }
        assertThat(SortedObjects.of(expected.getLast()).page(ListQuery.ALL, 0).items())
                .isEqualTo(expected.getLast());
    }

    private static void checkPages(
            SortedObjects objects, Map<String, EncodedObject> model, Random random) {
        for (String namespace : List.of("ns0", "ns-1", "ns--2", "ns")) {
            List<EncodedObject> wanted =
                    model.values().stream()
                            .filter(object -> object.key().namespace().equals(namespace))
                            .toList();
            int limit = 1 + random.nextInt(100);
            List<EncodedObject> read = new ArrayList<>();
            ObjectKey after = null;
            boolean more = true;
            while (more) {
                boolean selects = random.nextBoolean();
                ObjectPage page =
                        objects.page(
                                new ListQuery(
                                        namespace,
                                        selects ? _ -> true : Selection.EVERYTHING,
                                        limit,
                                        after),
                                9);
                read.addAll(page.items());
                assertThat(page.remaining())
                        .isEqualTo(selects ? page.remaining() : wanted.size() - read.size());
                more = page.more();
                after = read.isEmpty() ? null : read.getLast().key();
            }
            assertThat(read).isEqualTo(wanted);
        }
    }
}
