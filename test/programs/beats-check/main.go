// Command beats-check reads configuration files of Elastic Beats with the parser of Beats, variables from the environment, and
// prints each as one line of JSON. It knows the language, not the settings.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/elastic/go-ucfg"
	"github.com/elastic/go-ucfg/yaml"
)

// The options that Beats read their files with.
var options = []ucfg.Option{ucfg.PathSep("."), ucfg.ResolveEnv, ucfg.VarExp}

func main() {
	for _, file := range os.Args[1:] {
		if err := show(file); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			os.Exit(1)
		}
	}
}

func show(file string) error {
	config, err := yaml.NewConfigWithFile(file, options...)
	if err != nil {
		return err
	}
	tree := map[string]interface{}{}
	if err := config.Unpack(&tree, options...); err != nil {
		return err
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	return nil
}
