package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"espost/curl"
	"espost/demo"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/services"
)

// useService begins a session with a service of the catalogue. What only the
// user knows is given by --set, as items of those names, or, where it is secret,
// in the environment; the other items are the user's own readings.
func (s *session) useService(lookupEnv func(string) (string, bool)) error {
	if s.file != "" {
		return &usageError{"--service and --profile exclude each other: a profile has its request"}
	}
	service, err := services.Named(s.service)
	if err != nil {
		return &usageError{err.Error()}
	}
	values, err := s.blanks(service, lookupEnv)
	if err != nil {
		return err
	}
	r, problems := service.Request(values)
	if err := problems.Err(); err != nil {
		return &inputError{fmt.Errorf("%w\ngive it by --set name=value, or as an item: name=value", err)}
	}
	s.chosen = &service
	s.Session = &profile.Session{Profile: profile.New(r.Target)}
	s.Request = service.With(r, s.fields)
	s.fields = nil // they are in
	s.Request.Headers, s.headers = slices.Concat(s.Request.Headers, s.headers), nil
	s.Firmware.Every = max(s.Firmware.Every, service.For(s.Request).Interval())
	return nil
}

// blanks collects what fills the service's blanks and takes it out of the items.
func (s *session) blanks(service services.Service, lookupEnv func(string) (string, bool)) (map[string]string, error) {
	values := make(map[string]string)
	for _, name := range service.Secrets() {
		if value, ok := lookupEnv(profile.SecretEnv(name)); ok {
			values[name] = value
		}
	}
	s.fields = slices.DeleteFunc(s.fields, func(f request.Field) bool {
		given := service.Asks(f.Name) && f.Source.Constant()
		if given && f.Value != "" {
			values[f.Name] = f.Value
		}
		return given
	})
	if read, ok := service.Read(s.target); ok { // the address that the service itself gives
		maps.Copy(values, read)
		s.target = ""
	}
	for _, set := range s.set {
		name, value, ok := strings.Cut(set, "=")
		if !ok {
			return nil, &usageError{fmt.Sprintf("--set %s: write name=value", sanitize.Clip(set, 40))}
		}
		values[name] = value
	}
	return values, nil
}

// atService points the service's request at another host, unless a path was
// given, too: then it is the user's.
func (s *session) atService(t request.Target) request.Target {
	if s.service != "" && t.Path == "/" {
		t.Path = s.Target.Path
	}
	return t
}

// secretName is the environment's variable that the user knows the value of,
// where the header's is made of several.
func (s *session) secretName(variable string) string {
	if s.chosen != nil && s.chosen.Outline.Basic[1] != "" && variable == profile.SecretEnv("Authorization") {
		return profile.SecretEnv(s.chosen.Outline.Basic[1])
	}
	return variable
}

// noteService says what the service wants to be known about after a request that
// it didn't take, and about an interval that is too short for it.
func (p *Program) noteService(s *session, delivered bool) {
	if s.chosen == nil {
		return
	}
	for _, n := range s.chosen.For(s.Request).Notes(s.Firmware.Every, s.EventGap()) {
		if n.Severity == problem.Warning {
			fmt.Fprintf(p.Stderr, "espost: %s\n", n.Sentences())
		}
	}
	if !delivered {
		fmt.Fprintf(p.Stderr, "espost: about %s: %s\n", s.chosen.Title, s.chosen.Trap)
	}
}

// simulated is the command that posts to a service's simulator.
func simulated(s services.Service, server *demo.Server) string {
	words := []string{"espost", "post", "--trust-new", server.Fingerprint(), "--service", s.ID, server.URL()}
	examples := s.Examples()
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		words = append(words, "--set", quoted(name+"="+examples[name]))
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell takes it.
func quoted(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(safeInShell, r) }) < 0 && s != "" {
		return s
	}
	return curl.ShellQuote(s)
}

const safeInShell = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:=+@"

// namedService returns the service of that name; that there is none is the
// user's slip.
func namedService(name string) (services.Service, error) {
	s, err := services.Named(name)
	var p *problem.Problem
	if errors.As(err, &p) {
		return s, &inputError{err}
	}
	return s, err
}
