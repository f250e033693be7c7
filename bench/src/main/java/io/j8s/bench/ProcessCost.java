package io.j8s.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this process has cost so far, as Linux counts it.
record ProcessCost(long cpuMicros, long residentMiB) {

    private static final int USER_TICKS = 11; // fields after the command in /proc/self/stat
    private static final int SYSTEM_TICKS = 12;
    private static final long MICROS_PER_TICK = 10_000;

    static ProcessCost now() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
            long resident =
                    Files.readAllLines(Path.of("/proc/self/status")).stream()
                            .filter(line -> line.startsWith("VmRSS:"))
                            .map(line -> line.replaceAll("\\D", ""))
                            .mapToLong(Long::parseLong)
                            .findFirst()
                            .orElse(0);
            return new ProcessCost(ticks * MICROS_PER_TICK, resident / 1024);
        } catch (IOException e) {
            throw new IllegalStateException("no /proc here", e);
        }
    }
}
