#!/usr/bin/env bash
# run.sh [FOCUS [SKIP]]: upstream's end-to-end suite against a cluster of its own on this machine; needs root. Without FOCUS:
# all that conformance asks and one node can do. What is built, and which specs passed, is kept in WORK (default
# conformance/target/upstream): a second run goes on where the first was stopped. Addresses: PODS and SERVICES.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
work=${WORK:-$here/../target/upstream}
mkdir -p "$work"
work=$(realpath "$work")
"$here/build.sh" "$work"
"$here/images.sh" "$work"
j8s=${J8S:-$here/../../j8s}
data=$work/cluster
"$j8s" up --data-dir "$data" --port 0 --agent-port 0 --cluster-cidr "${PODS:-10.131.0.0/16}" --service-cidr "${SERVICES:-10.132.0.0/16}" \
    > "$work/up.log" 2>&1 &
up=$!
trap 'kill $up; wait $up || true; "$j8s" down --data-dir "$data"' EXIT
until grep -q '^ready' "$work/up.log"; do
    kill -0 $up || { cat "$work/up.log"; exit 1; }
    sleep 1
done
for archive in "$work"/images/*.tar; do
    "$j8s" image load "$archive" --data-dir "$data"
done
python3 "$here/slices.py" "$work" "$data/kubeconfig" "${1:-\[Conformance\]}" "${2:-\[Serial\]|\[Disruptive\]}"
