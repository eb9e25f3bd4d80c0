// Command study makes the tables and the plot of benchmarks/README.md. It starts
// the routers that it measures, on free ports of the loopback interface, and ends
// them; the load comes from "callboard bench".
//
//	study peers      this router, nexusd and the relay, row by row (make bench-peers)
//	study growth     cost per message as sessions, topics, … grow (make bench-growth)
//	study neighbour  a lone call while another realm fans out
//	study contention what waits for locks at 1, 2, 4 and 8 processors (make bench-contention)
//	study relay      the relay alone, on -listen, until it is interrupted; -tls
//	study contended  one load on a router in this process, as JSON; -load
//
// Tables are written into the file -readme between markers that are named like
// the study. With -short everything is small: to see that it works, not to learn
// anything.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/relay"
)

// study is what was asked for.
type study struct {
	callboard, nexusd string // programs
	readme, plot      string
	listen, tls       string // of the relay
	load              string // of contended
	small             bool   // likewise: few sessions
	duration, warmup  time.Duration
	rounds            int
	short             bool
}

func main() {
	var s study
	f := flag.NewFlagSet("study", flag.ExitOnError)
	f.StringVar(&s.callboard, "callboard", "bin/callboard", "this router")
	f.StringVar(&s.nexusd, "nexusd", "bin/nexusd", "nexusd")
	f.StringVar(&s.readme, "readme", "benchmarks/README.md", "where the tables are written")
	f.StringVar(&s.plot, "plot", "benchmarks/growth.svg", "where the plot of growth is written")
	f.StringVar(&s.listen, "listen", "127.0.0.1:8090", "address of the relay")
	f.StringVar(&s.tls, "tls", "", "folder of cert.pem and key.pem: the relay's TLS")
	f.StringVar(&s.load, "load", loads(false)[0].name, "what contended runs")
	f.BoolVar(&s.small, "small", false, "contended has few sessions")
	f.DurationVar(&s.duration, "duration", 2*time.Second, "measured time of each run")
	f.DurationVar(&s.warmup, "warmup", 500*time.Millisecond, "time before that")
	f.IntVar(&s.rounds, "rounds", 7, "runs of which the median counts")
	f.BoolVar(&s.short, "short", false, "one short round with small numbers")
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: study peers|growth|neighbour|contention|relay|contended [flags]")
		os.Exit(2)
	}
	_ = f.Parse(os.Args[2:]) // ends the program when it fails
	if s.short {
		s.duration, s.warmup, s.rounds = 300*time.Millisecond, 50*time.Millisecond, 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.run(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "study:", err)
		stop()
		os.Exit(1)
	}
}

func (s *study) run(ctx context.Context, name string) error {
	var measure func(context.Context) (string, error)
	switch name {
	case "peers":
		measure = s.peers
	case "growth":
		measure = s.growth
	case "neighbour":
		measure = s.neighbour
	case "contention":
		measure = s.contention
	case "relay":
		return s.serveRelay(ctx)
	case "contended":
		return s.contended(ctx, os.Stdout)
	default:
		return fmt.Errorf("no study %q", name)
	}
	if _, _, err := place(s.readme, name); err != nil {
		return err // before an hour is spent
	}
	where := s.circumstances() // before a study writes anything
	table, err := measure(ctx)
	if err != nil {
		return err
	}
	text := where + "\n\n" + table
	fmt.Print(text)
	return replace(s.readme, name, text)
}

// serveRelay runs the relay until ctx ends.
func (s *study) serveRelay(ctx context.Context) error {
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return err
	}
	if s.tls != "" {
		pair, err := tls.LoadX509KeyPair(filepath.Join(s.tls, "cert.pem"), filepath.Join(s.tls, "key.pem"))
		if err != nil {
			return err
		}
		// Whole records from the first one on, as the routers have them in the long run.
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, DynamicRecordSizingDisabled: true})
	}
	r := relay.New()
	stop := context.AfterFunc(ctx, r.Close)
	defer stop()
	return r.Serve(l)
}

// circumstances say where and when, and of what, the numbers are.
func (s *study) circumstances() string {
	rounds := fmt.Sprintf("median of %d rounds of %v", s.rounds, s.duration)
	if s.rounds == 1 {
		rounds = fmt.Sprintf("one round of %v", s.duration)
	}
	commit := output(filepath.Dir(s.readme), "git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
	text := fmt.Sprintf("%s, %d cores, %s, %s, commit %s; %s.",
		time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), processor(), runtime.Version(), commit, rounds)
	if s.short {
		text += " A short run: it shows that the study works and nothing else."
	}
	return text
}
