# What is done every day. `just` alone lists the recipes.

_list:
    @just --list

# Format every Java file (google-java-format, AOSP style).
fmt:
    tools/format apply

# Compile and package without the checkers.
build:
    mvn -q -B -Pfast -Dmaven.test.skip=true package

# Unit and contract tests: no root, no container runtime.
test:
    mvn -B verify -DexcludedGroups=runtime,e2e

# Formatter and compiler checks only.
check:
    tools/format check
    mvn -q -B -DskipTests test-compile

# Start a cluster in the foreground; prints `export KUBECONFIG=...`.
up *FLAGS:
    ./j8s up {{FLAGS}}

# The suites that drive the real ./j8s with the real kubectl; need root.
e2e:
    mvn -B verify -pl conformance -am -Dgroups=e2e -Dsurefire.failIfNoSpecifiedTests=false

# Upstream's own end-to-end suite (conformance/upstream/README.md); needs root, goes on where it was interrupted.
conformance FOCUS='\[Conformance\]':
    conformance/upstream/run.sh '{{FOCUS}}'

# Everything, as CI runs it.
verify:
    ./verify

# What requests and a start cost, beside the targets: bench/api about 4 minutes, bench/up about 3 (needs root).
bench:
    bench/api
    bench/up

# The long suites; goes on where it was interrupted.
soak *SUITES:
    tools/soak {{SUITES}}
