package io.j8s.cli;

import io.j8s.cli.startup.HeadStart;
import io.j8s.storage.model.StoreException;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Entry point: picks the subcommand, parses its flags and turns what went wrong into one line and
/// an exit code.
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        if (args.length > 0) {
            HeadStart.of(args[0]);
        }
        int code = run(List.of(args), Terminal.ofProcess()).value();
        System.exit(code);
    }

    static ExitCode run(List<String> args, Terminal terminal) {
        if (args.size() > 1 && asksForHelp(args.getFirst())) {
            var asked = new ArrayList<>(args.subList(1, args.size()));
            asked.add("--help");
            return run(asked, terminal);
        }
        if (args.isEmpty() || asksForHelp(args.getFirst())) {
            terminal.line(Commands.overview());
            return args.isEmpty() ? ExitCode.WRONG_USAGE : ExitCode.STOPPED_AS_ASKED;
        }
        Optional<Command> command = Commands.named(args);
        if (command.isEmpty()) {
            var group = Commands.group(args.getFirst());
            if (group.isPresent() && args.size() == 2 && asksForHelp(args.get(1))) {
                terminal.line(group.get());
                return ExitCode.STOPPED_AS_ASKED;
            }
            terminal.failure(Commands.unknown(args));
            return ExitCode.WRONG_USAGE;
        }
        return run(command.get(), args, terminal);
    }

    private static ExitCode run(Command command, List<String> args, Terminal terminal) {
        int words = command.words().size();
        var line = new CommandLine(command.spec());
        try {
            var given = line.parseArgs(args.subList(words, args.size()).toArray(String[]::new));
            if (given.isUsageHelpRequested()) {
                terminal.line(line.getUsageMessage(CommandLine.Help.Ansi.OFF).stripTrailing());
                return ExitCode.STOPPED_AS_ASKED;
            }
            command.run(given, terminal);
            return ExitCode.STOPPED_AS_ASKED;
        } catch (ParameterException e) {
            terminal.failure(
                    e.getMessage() + "; `j8s " + command.name() + " --help` lists the flags");
            return ExitCode.WRONG_USAGE;
        } catch (CommandException e) {
            logCause(command, e.getCause());
            terminal.failure(e.line());
            return e.exitCode();
        } catch (IOException e) {
            logCause(command, e);
            terminal.failure(command.name() + ": " + why(e));
            return ExitCode.FAILED;
        } catch (StoreException.Unavailable e) {
            logCause(command, e);
            terminal.failure(command.name() + ": " + why(e));
            return ExitCode.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.STOPPED_AS_ASKED;
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(Main.class)
                    .atError()
                    .addKeyValue("command", command.name())
                    .setCause(e)
                    .log("command failed");
            terminal.failure(
                    "%s: %s; this is a bug of j8s, its log has the details"
                            .formatted(command.name(), e));
            return ExitCode.FAILED;
        }
    }

    /// What failed outside of this program, and what to do where that is known.
    static String why(Exception e) {
        var message = String.valueOf(e.getMessage());
        if (message.contains("No space left on device")) {
            return message + ": make room, or give another --data-dir";
        }
        return e instanceof IOException ? e.toString() : message;
    }

    private static boolean asksForHelp(String word) {
        return List.of("help", "--help", "-h").contains(word);
    }

    /// For the file; on a terminal the one line that tells the failure is enough.
    private static void logCause(Command command, @Nullable Throwable cause) {
        if (cause != null) {
            LoggerFactory.getLogger(Main.class)
                    .atLevel(Logs.isInFile() ? Level.ERROR : Level.DEBUG)
                    .addKeyValue("command", command.name())
                    .setCause(cause)
                    .log("command failed");
        }
    }
}
