package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The subcommands, in the order in which help lists them.
final class Commands {

    private Commands() {}

    static List<Command> all() {
        return List.of(
                new UpCommand(),
                new DownCommand(),
                new StatusCommand(),
                new ImageLoadCommand(),
                new AgentCommand(),
                new TokenCreateCommand(),
                new ApiServerCommand(),
                new ControllerManagerCommand(),
                new SchedulerCommand(),
                new VersionCommand(),
                new CompletionCommand());
    }

    /// The command whose words the arguments begin with.
    static Optional<Command> named(List<String> args) {
        return all().stream().filter(c -> beginsWith(args, c.words())).findFirst();
    }

    static String overview() {
        return usage("j8s is Kubernetes on the JVM.\n\nusage: j8s COMMAND [FLAGS]", all());
    }

    /// What begins with a word that is no command of its own; empty when nothing does.
    static Optional<String> group(String word) {
        var commands = all().stream().filter(c -> c.name().startsWith(word + " ")).toList();
        return commands.isEmpty()
                ? Optional.empty()
                : Optional.of(usage("usage: j8s " + word + " COMMAND [FLAGS]", commands));
    }

    private static String usage(String head, List<Command> commands) {
        var text = new StringBuilder(head).append("\n\n");
        for (var command : commands) {
            text.append("  %-20s %s%n".formatted(command.name(), command.summary()));
        }
        return text.append("\n`j8s COMMAND --help` lists a command's flags.").toString();
    }

    static String unknown(List<String> args) {
        String word = args.getFirst();
        String longer =
                all().stream()
                        .map(Command::name)
                        .filter(name -> name.startsWith(word + " "))
                        .collect(Collectors.joining("`, `j8s "));
        return longer.isEmpty()
                ? "there is no command \"" + word + "\"; `j8s help` lists them"
                : "\"" + word + "\" needs one more word: `j8s " + longer + "`";
    }

    /// A specification with what every command shares.
    static CommandSpec spec(Command command) {
        var spec = CommandSpec.create().name("j8s " + command.name());
        spec.usageMessage()
                .description(command.summary())
                .sortOptions(false)
                .width(100)
                .abbreviateSynopsis(true);
        return spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Shows this text.")
                        .build());
    }

    private static boolean beginsWith(List<String> args, List<String> words) {
        return args.size() >= words.size() && args.subList(0, words.size()).equals(words);
    }
}
