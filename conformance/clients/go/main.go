// Command clients does with a cluster what programs do: through client-go, through controller-runtime, and with the very
// bytes that an API server keeps in etcd.
package main

import (
	"fmt"
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// jobs are the program's first argument; the others are theirs.
var jobs = map[string]func(args []string) error{
	"objects":     objects,
	"controllers": controllers,
	"stored":      stored,
	"encode":      encode,
}

func main() {
	if len(os.Args) < 2 || jobs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: clients objects|controllers KUBECONFIG NAMESPACE, clients stored|encode < LINES")
		os.Exit(2)
	}
	if err := jobs[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func cluster(kubeconfig string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = -1, 0
	return config, nil
}

func require(condition bool, format string, args ...any) {
	if !condition {
		panic(fmt.Errorf(format, args...))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// guarded turns what require and must say into an error.
func guarded(job func()) (err error) {
	defer func() {
		switch said := recover().(type) {
		case nil:
		case error:
			err = said
		default:
			panic(said)
		}
	}()
	job()
	return nil
}
