package io.j8s.apiserver.resources.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What differs between two texts, line by line with three lines around (upstream: go-difflib,
/// which finds what Python's `difflib` finds: the longest run of equal lines first, then on both
/// sides of it; lines that are very frequent in a long text begin no run). Pure.
final class UnifiedDiff {

    private static final int CONTEXT = 3;
    private static final int LONG_TEXT = 200;

    private final List<String> before;
    private final List<String> after;
    private final Map<String, List<Integer>> places = new HashMap<>();

    /// A run of equal lines.
    private record Run(int before, int after, int length) {}

    /// What becomes of some lines; equal when both have the same ones.
    private record Step(boolean isEqual, int from, int to, int newFrom, int newTo) {}

    private UnifiedDiff(List<String> before, List<String> after) {
        this.before = before;
        this.after = after;
        for (int i = 0; i < after.size(); i++) {
            places.computeIfAbsent(after.get(i), _ -> new ArrayList<>()).add(i);
        }
        if (after.size() >= LONG_TEXT) {
            int most = after.size() / 100 + 1;
            places.values().removeIf(where -> where.size() > most);
        }
    }

    static String of(String before, String after) {
        var diff = new UnifiedDiff(List.of(before.split("\n", -1)), List.of(after.split("\n", -1)));
        var out = new StringBuilder();
        diff.groups().forEach(group -> diff.print(group, out));
        return out.toString();
    }

    private void print(List<Step> group, StringBuilder out) {
        var first = group.getFirst();
        var last = group.getLast();
        out.append("@@ -").append(range(first.from(), last.to()));
        out.append(" +").append(range(first.newFrom(), last.newTo())).append(" @@\n");
        for (var step : group) {
            print(step.isEqual() ? ' ' : '-', before.subList(step.from(), step.to()), out);
            if (!step.isEqual()) {
                print('+', after.subList(step.newFrom(), step.newTo()), out);
            }
        }
    }

    private static void print(char mark, List<String> lines, StringBuilder out) {
        lines.forEach(line -> out.append(mark).append(line).append('\n'));
    }

    private static String range(int from, int to) {
        int length = to - from;
        if (length == 1) {
            return Integer.toString(from + 1);
        }
        return (length == 0 ? from : from + 1) + "," + length;
    }

    /// Changes that are near to each other stand together.
    private List<List<Step>> groups() {
        var steps = steps();
        var groups = new ArrayList<List<Step>>();
        var group = new ArrayList<Step>();
        for (int i = 0; i < steps.size(); i++) {
            var step = steps.get(i);
            if (!step.isEqual()) {
                group.add(step);
                continue;
            }
            boolean isFirst = i == 0;
            boolean isLast = i == steps.size() - 1;
            int length = step.to() - step.from();
            if (!isFirst && !isLast && length <= 2 * CONTEXT) {
                group.add(step);
                continue;
            }
            int kept = Math.min(CONTEXT, length);
            if (!isFirst) {
                group.add(
                        new Step(
                                true,
                                step.from(),
                                step.from() + kept,
                                step.newFrom(),
                                step.newFrom() + kept));
                groups.add(List.copyOf(group));
                group.clear();
            }
            if (!isLast) {
                group.add(
                        new Step(
                                true,
                                step.to() - kept,
                                step.to(),
                                step.newTo() - kept,
                                step.newTo()));
            }
        }
        if (group.stream().anyMatch(step -> !step.isEqual())) {
            groups.add(List.copyOf(group));
        }
        return groups;
    }

    private List<Step> steps() {
        var runs = new ArrayList<Run>();
        runs(0, before.size(), 0, after.size(), runs);
        runs.add(new Run(before.size(), after.size(), 0));
        var steps = new ArrayList<Step>();
        int at = 0;
        int newAt = 0;
        for (var run : joined(runs)) {
            if (at < run.before() || newAt < run.after()) {
                steps.add(new Step(false, at, run.before(), newAt, run.after()));
            }
            at = run.before() + run.length();
            newAt = run.after() + run.length();
            if (run.length() > 0) {
                steps.add(new Step(true, run.before(), at, run.after(), newAt));
            }
        }
        return steps;
    }

    private static List<Run> joined(List<Run> runs) {
        var out = new ArrayList<Run>();
        for (var run : runs) {
            var last = out.isEmpty() ? null : out.getLast();
            if (last != null
                    && run.length() > 0
                    && last.before() + last.length() == run.before()
                    && last.after() + last.length() == run.after()) {
                out.set(
                        out.size() - 1,
                        new Run(last.before(), last.after(), last.length() + run.length()));
            } else {
                out.add(run);
            }
        }
        return out;
    }

    private void runs(int from, int to, int newFrom, int newTo, List<Run> out) {
        var longest = longest(from, to, newFrom, newTo);
        if (longest.length() == 0) {
            return;
        }
        if (from < longest.before() && newFrom < longest.after()) {
            runs(from, longest.before(), newFrom, longest.after(), out);
        }
        out.add(longest);
        int end = longest.before() + longest.length();
        int newEnd = longest.after() + longest.length();
        if (end < to && newEnd < newTo) {
            runs(end, to, newEnd, newTo, out);
        }
    }

    /// The first of the longest runs in a part of both texts.
    private Run longest(int from, int to, int newFrom, int newTo) {
        int best = from;
        int newBest = newFrom;
        int length = 0;
        Map<Integer, Integer> ending = Map.of();
        for (int i = from; i < to; i++) {
            var next = new HashMap<Integer, Integer>();
            for (int j : places.getOrDefault(before.get(i), List.of())) {
                if (j < newFrom || j >= newTo) {
                    continue;
                }
                int run = ending.getOrDefault(j - 1, 0) + 1;
                next.put(j, run);
                if (run > length) {
                    best = i - run + 1;
                    newBest = j - run + 1;
                    length = run;
                }
            }
            ending = next;
        }
        // frequent lines begin no run, but belong to one they touch
        while (best > from
                && newBest > newFrom
                && before.get(best - 1).equals(after.get(newBest - 1))) {
            best--;
            newBest--;
            length++;
        }
        while (best + length < to
                && newBest + length < newTo
                && before.get(best + length).equals(after.get(newBest + length))) {
            length++;
        }
        return new Run(best, newBest, length);
    }
}
