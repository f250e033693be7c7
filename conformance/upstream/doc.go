// Package e2e exists for its module's list of requirements: upstream's end-to-end suite is built from it.
package e2e

import _ "k8s.io/kubernetes/test/e2e"
