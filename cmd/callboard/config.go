package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/spf13/cobra"
)

func configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Check or begin a configuration file",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return errors.New("config: no command given; check and init are known")
		},
	}
	c.AddCommand(configCheckCommand(), configInitCommand())
	return c
}

func configCheckCommand() *cobra.Command {
	var o config.Options
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Say what is wrong with a configuration file",
		Long: `Read a configuration file as serve does, without starting anything, and say
everything that is wrong with it: the place, the line, and what was probably meant.
FILE may be - for standard input. The exit code is 0 when the file is correct, 2
when it is not, and 3 when it cannot be read.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := loadConfig(c, args[0], o); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s: correct\n", args[0])
			return failed(err)
		},
	}
	c.Flags().BoolVar(&o.InsecureRemote, "insecure-remote", false, "as for serve")
	return c
}

func configInitCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a configuration file to start from",
		Long: `Write a configuration file that says what the router does without one, with
comments. FILE is callboard.yaml if it is left out, and - is standard output. A file
that is there already is not touched.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			path := "callboard.yaml"
			if len(args) > 0 {
				path = args[0]
			}
			if path == "-" {
				_, err := c.OutOrStdout().Write(config.Starter)
				return failed(err)
			}
			if err := writeNew(path, config.Starter); err != nil {
				return failed(err)
			}
			_, err := fmt.Fprintf(c.ErrOrStderr(), "wrote %s; try: %s serve --config %s\n", path, invoked(), path)
			return failed(err)
		},
	}
}

// writeNew writes a file that is not there yet.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// unreadable is a configuration file that cannot be read.
type unreadable struct{ error }

func (u *unreadable) Unwrap() error { return u.error }

// loadConfig reads a configuration; - is standard input.
func loadConfig(c *cobra.Command, path string, o config.Options) (f *config.File, err error) {
	if path == "-" {
		f, err = config.Read("standard input", c.InOrStdin(), o)
	} else {
		f, err = config.Load(path, o)
	}
	if _, wrong := errors.AsType[config.Mistakes](err); err != nil && !wrong {
		err = &unreadable{err}
	}
	return f, err
}
