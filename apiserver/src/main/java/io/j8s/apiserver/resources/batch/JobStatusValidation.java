package io.j8s.apiserver.resources.batch;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Which steps a job's status may take. Rules about values that have not changed are not applied: a
/// change of the spec may break them for a moment, and the controller mends them later.
final class JobStatusValidation {

    private final At root;
    private final At status;
    private final Tree job;
    private final Tree old;

    private JobStatusValidation(At root, At status, Tree job, Tree old) {
        this.root = root;
        this.status = status;
        this.job = job;
        this.old = old;
    }

    static void update(Tree job, Tree old, FieldErrors errors) {
        At root = At.root(job, errors);
        if (root.at("status") instanceof At status) {
            var rules = new JobStatusValidation(root, status, job, old);
            rules.counts();
            rules.ending();
            rules.indexes();
            rules.pods();
            rules.successPolicy();
            rules.steps();
        }
    }

    private static boolean is(Tree job, String condition) {
        return has(job, condition, "True");
    }

    private static boolean has(Tree job, String condition, String value) {
        return job.trees("status.conditions").stream()
                .anyMatch(c ->
                        c.string("type", "").equals(condition)
                                && c.string("status", "").equals(value));
    }

    private boolean turned(String condition) {
        return is(job, condition) != is(old, condition);
    }

    private static boolean isFinished(Tree job) {
        return is(job, "Complete") || is(job, "Failed");
    }

    private boolean changed(String field) {
        return !job.semanticallyEquals(old, "status." + field);
    }

    private void conditions(String text) {
        status.errors().omitted("status.conditions", text);
    }

    private void counts() {
        status.nonNegative("active", "succeeded", "failed", "ready", "terminating");
        var seen = new HashSet<String>();
        for (String list : List.of("succeeded", "failed")) {
            var uids = status.strings("uncountedTerminatedPods." + list);
            for (int i = 0; i < uids.size(); i++) {
                String field = "uncountedTerminatedPods." + list + "[" + i + "]";
                if (uids.get(i).isEmpty()) {
                    status.invalid(field, "", "must not be empty");
                } else if (!seen.add(uids.get(i))) {
                    status.duplicate(field, uids.get(i));
                }
            }
        }
    }

    private void ending() {
        boolean complete = is(job, "Complete");
        boolean completeTurned = turned("Complete");
        boolean timeChanged = changed("completionTime");
        if ((completeTurned || turned("Failed")) && complete && is(job, "Failed")) {
            conditions("cannot set Complete=True and Failed=true conditions");
        }
        if ((completeTurned || turned("FailureTarget")) && complete && is(job, "FailureTarget")) {
            conditions("cannot set Complete=True and FailureTarget=true conditions");
        }
        if ((completeTurned || timeChanged) && status.has("completionTime") && !complete) {
            status.invalid(
                    "completionTime",
                    "cannot set completionTime when there is no Complete=True condition");
        }
        if ((completeTurned || timeChanged) && !status.has("completionTime") && complete) {
            status.required("completionTime", "completionTime is required for Complete jobs");
        }
        if ((changed("startTime") || timeChanged)
                && status.has("startTime")
                && status.has("completionTime")
                && status.string("completionTime").compareTo(status.string("startTime")) < 0) {
            status.invalid("completionTime", "must be equal to or after `startTime`");
        }
        if ((turned("Failed") || changed("failedIndexes"))
                && is(job, "Failed")
                && !is(job, "FailureTarget")) {
            conditions("cannot set Failed=True condition without the FailureTarget=true condition");
        }
        if ((completeTurned || turned("SuccessCriteriaMet"))
                && complete
                && !is(job, "SuccessCriteriaMet")) {
            conditions(
                    "cannot set Complete=True condition without the SuccessCriteriaMet=true"
                            + " condition");
        }
        finished();
    }

    private void finished() {
        boolean finished = isFinished(job);
        boolean turned = finished != isFinished(old);
        if ((turned || changed("active")) && status.number("active") > 0 && finished) {
            status.invalid(
                    "active", status.number("active"), "active>0 is invalid for finished job");
        }
        boolean heldBackWithNothingToDo =
                root.bool("spec.suspend")
                        && root.has("spec.completions")
                        && root.number("spec.completions") == 0;
        if ((turned || changed("startTime"))
                && !heldBackWithNothingToDo
                && !status.has("startTime")
                && finished) {
            status.required("startTime", "startTime is required for finished job");
        }
        boolean uncounted =
                !status.strings("uncountedTerminatedPods.failed").isEmpty()
                        || !status.strings("uncountedTerminatedPods.succeeded").isEmpty();
        if ((turned || changed("uncountedTerminatedPods")) && finished && uncounted) {
            status.invalid("uncountedTerminatedPods", "must be empty for finished job");
        }
    }

    private void indexes() {
        String completed = status.string("completedIndexes");
        String failed = status.string("failedIndexes");
        boolean completedChanged = changed("completedIndexes");
        boolean failedChanged = changed("failedIndexes");
        boolean counted = root.has("spec.completions");
        boolean perIndex = root.has("spec.backoffLimitPerIndex");
        long completions = root.number("spec.completions");
        if (completedChanged && counted) {
            wellFormed("completedIndexes", completed, completions);
        }
        if (failedChanged && counted && perIndex && status.has("failedIndexes")) {
            wellFormed("failedIndexes", failed, completions);
        }
        if (completedChanged
                && !completed.isEmpty()
                && !root.string("spec.completionMode").equals("Indexed")) {
            status.invalid(
                    "completedIndexes",
                    "cannot set non-empty completedIndexes when non-indexed completion mode");
        }
        if (failedChanged && !perIndex && status.has("failedIndexes")) {
            status.invalid(
                    "failedIndexes",
                    "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
        }
        if ((failedChanged || completedChanged) && counted) {
            IndexIntervals.overlap(completed, failed, completions)
                    .ifPresent(index ->
                            status.invalid(
                                    "failedIndexes",
                                    "failedIndexes and completedIndexes overlap at index: "
                                            + index));
        }
    }

    private void wellFormed(String field, String text, long completions) {
        Optional<String> mistake = IndexIntervals.parse(text, completions).mistake();
        mistake.ifPresent(m -> status.invalid(field, "error parsing " + field + ": " + m));
    }

    private void pods() {
        boolean finished = isFinished(job);
        if ((finished != isFinished(old) || changed("terminating"))
                && status.number("terminating") > 0
                && finished) {
            status.invalid("terminating", "terminating>0 is invalid for finished job");
        }
        if ((changed("ready") || changed("active"))
                && status.number("ready") > status.number("active")) {
            status.invalid("ready", "cannot set more ready pods than active");
        }
    }

    private void successPolicy() {
        boolean met = is(job, "SuccessCriteriaMet");
        if (met && is(job, "Failed")) {
            conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions");
        }
        if (met && is(job, "FailureTarget")) {
            conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        }
        if (root.has("spec.successPolicy") && !met && is(job, "Complete")) {
            conditions(
                    "cannot set Complete=True for Job with SuccessPolicy unless"
                            + " SuccessCriteriaMet=True");
        }
    }

    /// What has been reached may not be taken back.
    private void steps() {
        for (String condition : List.of("Failed", "Complete", "FailureTarget")) {
            if (is(old, condition) && !is(job, condition)) {
                conditions("cannot disable the terminal " + condition + "=True condition");
            }
        }
        if (status.number("failed") < old.longValue("status.failed", 0)) {
            status.invalid("failed", status.number("failed"), "cannot decrease the failed counter");
        }
        boolean elastic =
                root.string("spec.completionMode").equals("Indexed")
                        && job.number("spec.completions") != null
                        && root.has("spec.parallelism")
                        && root.number("spec.completions") == root.number("spec.parallelism");
        if (!elastic && status.number("succeeded") < old.longValue("status.succeeded", 0)) {
            status.invalid(
                    "succeeded",
                    status.number("succeeded"),
                    "cannot decrease the succeeded counter");
        }
        if (status.has("completionTime")
                && old.has("status.completionTime")
                && changed("completionTime")) {
            status.invalid("completionTime", At.IMMUTABLE);
        }
        boolean resuming = is(old, "Suspended") && has(job, "Suspended", "False");
        if (old.has("status.startTime")
                && changed("startTime")
                && !resuming
                && !root.bool("spec.suspend")) {
            status.invalid("startTime", "field is immutable for unsuspended job once set");
        }
        boolean met = is(job, "SuccessCriteriaMet");
        boolean wasMet = is(old, "SuccessCriteriaMet");
        if (wasMet && !met) {
            conditions("cannot disable the SuccessCriteriaMet=True condition");
        }
        if (is(old, "Complete") && !wasMet && met) {
            conditions(
                    "cannot set SuccessCriteriaMet=True for Job already has Complete=true"
                            + " conditions");
        }
    }
}
