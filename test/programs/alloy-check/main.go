// Command alloy-check reads Grafana Alloy configuration with Alloy's own parser. It knows the language, not the components.
package main

import (
	"fmt"
	"os"

	"github.com/grafana/alloy/syntax/diag"
	"github.com/grafana/alloy/syntax/parser"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: alloy-check FILE...")
		os.Exit(2)
	}
	failed := false
	for _, file := range os.Args[1:] {
		if err := check(file); err != nil {
			report(file, err)
			failed = true
		} else {
			fmt.Printf("%s: ok\n", file)
		}
	}
	if failed {
		os.Exit(1)
	}
}

func check(file string) error {
	source, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	_, err = parser.ParseFile(file, source)
	return err
}

// report prints one line for each diagnostic: its position and message.
func report(file string, err error) {
	found, ok := err.(diag.Diagnostics)
	if !ok {
		fmt.Printf("%s: %v\n", file, err)
		return
	}
	for _, d := range found {
		fmt.Println(d.Error())
	}
}
