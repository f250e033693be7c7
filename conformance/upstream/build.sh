#!/usr/bin/env bash
# build.sh DIR: upstream's end-to-end suite, kubectl and the programs of the suite's images, built into DIR. What is
# there is kept. The first build takes the Go proxy, 20 minutes of CPU and 3 GiB below ~/.cache/go-build.
set -euo pipefail
mkdir -p "$1"
dir=$(realpath "$1")
cd "$(dirname "$0")"
made() { # NAME COMMAND...: runs COMMAND -o NAME unless NAME is there
    local name=$1
    shift
    [ -e "$dir/$name" ] || { nice "$@" -o "$dir/$name.part" "${package[@]}" && mv "$dir/$name.part" "$dir/$name"; }
}
# the images have the libc of this machine's Debian, so nothing has to be linked, and compiled again, for static use
program() { package=("$2") && made "$1" go build -ldflags '-s -w'; }
package=(k8s.io/kubernetes/test/e2e) && made e2e.test go test -c -vet=off
program kubectl k8s.io/kubernetes/cmd/kubectl
images=k8s.io/kubernetes/test/images
program agnhost $images/agnhost
program nonewprivs $images/nonewprivs
program regression-issue-74839 $images/regression-issue-74839
program resource-consumer $images/resource-consumer
program consume-cpu $images/resource-consumer/consume-cpu
program sample-apiserver k8s.io/sample-apiserver
source=$(go list -m -f '{{.Dir}}' k8s.io/kubernetes)
package=(-Os -static -s "$source/build/pause/linux/pause.c") && made pause-program gcc
cp --no-preserve=mode "$source"/test/images/agnhost/porter/localhost.{crt,key} "$dir"
cp -r --no-preserve=mode "$source"/test/images/{kitten,nautilus} "$dir"
