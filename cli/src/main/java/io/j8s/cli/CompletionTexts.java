package io.j8s.cli;

import picocli.CommandLine.Model.OptionSpec;

/// What completion scripts of every shell say of a flag. Pure.
final class CompletionTexts {

    private CompletionTexts() {}

    /// The first sentence of its help.
    static String description(OptionSpec option) {
        var text = String.join(" ", option.description()).replace("%%", "%");
        int end = text.indexOf(". ");
        return end < 0 ? text : text.substring(0, end + 1);
    }

    static boolean namesFile(OptionSpec option) {
        return option.paramLabel().equals("FILE") || option.paramLabel().equals("DIR");
    }
}
