package cli

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"espost/esp8266"
	"espost/request"
	"espost/tlsinspect"
)

// logTo adds --log to root and every command below it: a file that gets one
// JSON object for each thing that was done. It never holds arguments, forms or
// answers, and so no secrets: targets by host and port only, files by name.
func (p *Program) logTo(root *cobra.Command) {
	var path string
	root.PersistentFlags().StringVar(&path, "log", "", "append what is done to this file: JSON, no secrets")
	p.log = slog.New(slog.DiscardHandler)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if path == "" {
			return nil
		}
		f, err := openLog(path)
		if err != nil {
			return &inputError{fmt.Errorf("opening the log: %w; choose another file", err)}
		}
		p.logFile = f
		p.log = slog.New(slog.NewJSONHandler(f, nil)).With("pid", os.Getpid(), "command", cmd.Name())
		p.started = time.Now()
		p.log.Info("started", "version", version())
		return nil
	}
}

// openLog opens a log without following a link out of its folder: in a folder
// that others may write to, one could lead to any file of the user's. In /dev
// nobody can plant one, and /dev/stderr is a link.
func openLog(path string) (*os.File, error) {
	const flags = os.O_APPEND | os.O_CREATE | os.O_WRONLY
	folder, name := filepath.Split(filepath.Clean(path))
	if folder == "/dev/" { // mutant TestScripts/log in ./test: folder == "/dev/" => true
		return os.OpenFile(path, flags, 0o600)
	}
	root, err := os.OpenRoot(filepath.Clean(folder))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.OpenFile(name, flags, 0o600)
}

// endLog writes the last line of the log.
func (p *Program) endLog() {
	if p.logFile == nil {
		return
	}
	p.log.Info("ended", "status", p.status, "elapsed_ms", time.Since(p.started).Milliseconds())
	_ = p.logFile.Close() // the log is best effort
}

// logReport notes what came of looking at a server that had this pin so far.
func (p *Program) logReport(t request.Target, r *tlsinspect.Report, pin esp8266.Pin, err error) {
	attributes := []any{"host", t.Host, "port", t.Port}
	if r != nil {
		attributes = append(attributes, "connects", r.Board.Connects, "fingerprint", r.Fingerprint(), "trust", r.Trust(pin), "elapsed_ms", r.Elapsed.Milliseconds())
	}
	p.logOutcome("looked", err, attributes...)
}

// logOutcome notes that something was done, or why not. Only errors of espost's
// own words are passed here, not those that quote an answer.
func (p *Program) logOutcome(what string, err error, attributes ...any) {
	if err != nil {
		p.log.Error(what, append(attributes, "error", message(err))...)
		return
	}
	p.log.Info(what, attributes...)
}
