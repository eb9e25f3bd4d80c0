package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Print which build this is",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			version, revision := build()
			if asJSON {
				return failed(printJSON(c.OutOrStdout(), wamp.Dict{
					"version": version, "revision": revision, "go": runtime.Version(),
				}))
			}
			fmt.Fprintf(c.OutOrStdout(), "callboard %s %s %s\n", version, revision, runtime.Version())
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return c
}

// build returns the version of the module and the commit that it was built from.
func build() (version, revision string) {
	version, revision = "devel", "unknown"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, revision
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		version = v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return version, revision
}
