package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"vitrine/retrieval/evaluation/kit"
)

// cli is the command line: one field a verb. Flags and environment are read here and nowhere else.
type cli struct {
	Config  configFile `env:"VITRINE_CONFIG" placeholder:"FILE" help:"File of settings; flags and environment go before it. vitrine config print writes one."`
	Runtime string     `name:"onnxruntime" env:"ONNXRUNTIME_LIB" placeholder:"FILE" help:"ONNX Runtime's shared library; empty = found or fetched (env ${env})."`

	Demo    demoCmd    `cmd:"" help:"Draw a sample shop, index it and serve it: the place to begin."`
	Index   indexCmd   `cmd:"" help:"Read a feed into the catalogue and build the index from it."`
	Feed    feedCmd    `cmd:"" help:"Check a feed before it is indexed."`
	Serve   serveCmd   `cmd:"" help:"Serve the search page and the API."`
	Search  searchCmd  `cmd:"" help:"Search by words, by a photo, or by both."`
	Explain explainCmd `cmd:"" help:"Say why a product stands where it stands in a search, or why it is not found."`
	Suggest suggestCmd `cmd:"" help:"Complete what a shopper has typed so far."`
	Eval    evalCmd    `cmd:"" help:"Measure the quality of search against judged queries."`
	Rules   rulesCmd   `cmd:"" help:"The merchandising rules of a shop: pin, hide, boost, bury, redirect."`
	Tune    tuneCmd    `cmd:"" help:"Fit the weights of the fusion to judged queries."`
	Train   trainCmd   `cmd:"" help:"Train models of a shop's own."`

	Calibrate calibrateCmd `cmd:"" help:"Say how well the chances of a model of clicks hold, as they are and calibrated."`
	Events    eventsCmd    `cmd:"" help:"What shoppers did: import, export, count and delete behaviour events."`
	Keys      keysCmd      `cmd:"" help:"Keys of the API: create, list and revoke."`
	Status    statusCmd    `cmd:"" help:"Say how a data directory stands: index, catalogue, models, disk, last run."`
	Check     checkCmd     `cmd:"" help:"Check a data directory, list every problem and, if asked to, mend it."`
	Backup    backupCmd    `cmd:"" help:"Write a data directory into one file, also while a server runs."`
	Restore   restoreCmd   `cmd:"" help:"Make a data directory of a backup."`
	Models    modelsCmd    `cmd:"" help:"The models: encoders, and rankers trained on what shoppers did."`
	Sample    sampleCmd    `cmd:"" help:"Draw the demo's catalogue, a feed with photos, into a folder."`
	Bench     benchCmd     `cmd:"" help:"Measure speed and quality."`
	Options   configCmd    `cmd:"" name:"config" help:"The options of all verbs, as a file for --config."`
}

// Exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130 // as a shell reports SIGINT
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end; a second one gets the default, an end at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	parser := newParser(ctx, &c, stdout, stderr)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	verb, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "vitrine: %v\nTry: %s --help\n", err, misused(err))
		return exitUsage
	}
	err = verb.Run(newTerminal(stdout, stderr), runtimeLibrary(c.Runtime))
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(stderr, "vitrine: interrupted; what was done is kept")
		return exitInterrupted
	}
	fmt.Fprintf(stderr, "vitrine: %v\n", err)
	return exitFailed
}

// newParser returns the parser of the command line, which fills c, and of the settings beside it.
func newParser(ctx context.Context, c *cli, stdout, stderr io.Writer) *kong.Kong {
	set := &settings{}
	parser, err := kong.New(c,
		kong.Name("vitrine"),
		kong.Description("Product search by words, by photos and by both."),
		kong.Writers(stdout, stderr),
		kong.Vars{
			"default_model": defaultModel,
			"quality_sets":  strings.Join(kit.Names(), ","),
			"quality_modes": strings.Join(contenderNames(), ","),
		},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(set),
		kong.Resolvers(set),
	)
	if err != nil {
		panic(err) // the struct above is wrong
	}
	return parser
}

// misused is the command whose help says what err is about: that of the verb, once there is one.
func misused(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil {
		if verb := wrong.Context.Selected(); verb != nil {
			return verb.FullPath()
		}
	}
	return "vitrine"
}
