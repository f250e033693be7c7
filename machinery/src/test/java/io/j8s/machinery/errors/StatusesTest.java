package io.j8s.machinery.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.meta.GroupResource;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

final class StatusesTest {

    private static final GroupResource PODS = new GroupResource("", "pods");

    @Test
    void notFoundNamesResourceAndObjectInMessageAndDetails() {
        assertThat(Statuses.of(new ApiError.NotFound(PODS, "x")).toJson())
                .isEqualTo(
                        """
                        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
                        "message":"pods \\"x\\" not found","reason":"NotFound",\
                        "details":{"name":"x","kind":"pods"},"code":404}
                        """);
    }

    @Test
    void anonymousRefusalsOfPathsHaveEmptyDetails() {
        var error =
                new ApiError.Forbidden(
                        new GroupResource("", ""),
                        "",
                        "User \"system:anonymous\" cannot get path \"/x\"");
        assertThat(Statuses.of(error).toJson())
                .isEqualTo(
                        """
                        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
                        "message":"forbidden: User \\"system:anonymous\\" cannot get path \\"/x\\"",\
                        "reason":"Forbidden","details":{},"code":403}
                        """);
    }

    /// As Go's `%s: %s` prints an empty path.
    @Test
    void aCauseOfTheWholeObjectKeepsItsColon() {
        var errors = new FieldErrors();
        errors.forbidden("", "static pods cannot be resized");
        assertThat(invalid(errors).message())
                .isEqualTo(
                        "Deployment.apps \"x\" is invalid: : Forbidden: static pods cannot be"
                                + " resized");
    }

    @Test
    void oneCauseStandsBareAndSeveralInBrackets() {
        var errors = new FieldErrors();
        errors.required("spec.selector", "");
        assertThat(invalid(errors).message())
                .isEqualTo("Deployment.apps \"x\" is invalid: spec.selector: Required value");
        errors.invalid("spec.replicas", -1, "must be greater than or equal to 0");
        assertThat(invalid(errors).message())
                .isEqualTo(
                        "Deployment.apps \"x\" is invalid: [spec.selector: Required value,"
                                + " spec.replicas: Invalid value: -1: must be greater than or equal"
                                + " to 0]");
        assertThat(invalid(errors).toJson())
                .contains(
                        "\"details\":{\"name\":\"x\",\"group\":\"apps\",\"kind\":\"Deployment\","
                                + "\"causes\":[{\"reason\":\"FieldValueRequired\","
                                + "\"message\":\"Required value\",\"field\":\"spec.selector\"},{")
                .endsWith("]},\"code\":422}\n");
    }

    @Test
    void tooLargeResourceVersionsAskToRetryInASecond() {
        assertThat(
                        Statuses.of(
                                        new ApiError.TooLargeResourceVersion(
                                                9, 5, Duration.ofSeconds(1)))
                                .toJson())
                .contains(
                        "\"message\":\"Timeout: Too large resource version: 9, current: 5\"",
                        "\"reason\":\"ResourceVersionTooLarge\"",
                        "\"retryAfterSeconds\":1},\"code\":504");
    }

    @Test
    void applyConflictsAreGroupedByManager() {
        var one = conflict("conflict with \"kubectl\" using v1", ".data.a");
        assertThat(Statuses.of(new ApiError.ApplyConflict(List.of(one))).message())
                .isEqualTo(
                        "Apply failed with 1 conflict: conflict with \"kubectl\" using v1:"
                                + " .data.a");
        var two = conflict("conflict with \"kubectl\" using v1", ".data.b");
        assertThat(Statuses.of(new ApiError.ApplyConflict(List.of(one, two))).message())
                .isEqualTo(
                        "Apply failed with 2 conflicts: conflicts with \"kubectl\" using v1:\n"
                                + "- .data.a\n- .data.b");
    }

    @Test
    void textIsEscapedAsGoDoes() {
        assertThat(Statuses.of(new ApiError.BadRequest("<a>&\u0001\n")).toJson())
                .contains("\"message\":\"\\u003ca\\u003e\\u0026\\u0001\\n\"");
    }

    @Test
    void tooManyRequestsCarryTheirPause() {
        var error = new ApiError.TooManyRequests("wait", Duration.ofSeconds(10));
        assertThat(Statuses.of(error).toJson())
                .contains("\"details\":{\"retryAfterSeconds\":10},\"code\":429");
    }

    private static Status invalid(FieldErrors errors) {
        return Statuses.of(new ApiError.Invalid("apps", "Deployment", "x", errors.list()));
    }

    private static FieldError conflict(String message, String field) {
        return new FieldError(FieldError.Type.MANAGER_CONFLICT, field, message);
    }
}
