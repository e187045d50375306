package tui_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/profile"
)

// A disk is what the random user's work lies on, beside somebody else's.
type disk struct {
	t      *testing.T
	s      *stage
	cancel context.CancelFunc
	files  map[string]string // what they held
}

// foreign is a profile that belongs to other work.
const foreign = "garden.yaml"

func newDisk(t *testing.T, s *stage) *disk {
	k := &disk{t: t, s: s, files: map[string]string{}}
	if err := profile.New(target("https://garden.example.com/in")).Save(filepath.Join(s.folder, foreign)); err != nil {
		t.Fatal(err)
	}
	k.files = k.read()
	return k
}

// read returns the profiles that are there, by their path.
func (k *disk) read() map[string]string {
	k.t.Helper()
	files := map[string]string{}
	all, err := filepath.Glob(filepath.Join(k.s.folder, "*.yaml"))
	if err != nil {
		k.t.Fatal(err)
	}
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			k.t.Fatal(err)
		}
		files[file] = string(text)
	}
	return files
}

// start starts the app on the stage's options.
func (k *disk) start(width, height int) *driver {
	ctx, cancel := context.WithCancel(k.t.Context())
	k.cancel, k.s.options.Context = cancel, ctx
	d := drive(k.t, k.s.options, width, height)
	d.paths = []string{k.s.folder, filepath.Join(k.s.folder, foreign), filepath.Join(k.s.folder, "espost.yaml"), filepath.Join(k.s.folder, "shed"), filepath.Join(k.s.folder, "none.yaml")}
	return d
}

func (k *disk) kill(d *driver) {
	k.cancel()
	d.end()
}

// restart kills the app and opens the file that it worked on, which has all that was
// saved.
func (k *disk) restart(d *driver) *driver {
	k.t.Helper()
	file := d.model.Session().File
	k.kill(d)
	k.files = k.read() // a job that was under way may have ended in the meantime
	saved, err := profile.Load(file)
	if err != nil {
		return k.start(d.width, d.height) // nothing was saved, so nothing can be lost
	}
	k.s.options.Profile, k.s.options.ProfilePath, k.s.options.Target = saved.Clone(), file, ""
	next := k.start(d.width, d.height)
	if diff := cmp.Diff(form(saved), form(next.model.Work())) + cmp.Diff(firmwareOf(saved), firmwareOf(next.model.Work())); diff != "" {
		k.t.Fatalf("%s was saved otherwise than it is opened:\n%s", file, diff)
	}
	return next
}

// check holds that no file has changed unless an input saves, and that what says
// saved, which nobody said before, is in the file, byte for byte.
func (k *disk) check(d *driver, kind string, saves bool, said string) {
	k.t.Helper()
	now := k.read()
	if diff := cmp.Diff(k.files, now); diff != "" && !saves {
		k.t.Fatalf("%s has changed files:\n%s", kind, diff)
	}
	k.files = now
	if status := d.model.Status(); !strings.HasPrefix(status, "saved to ") || status == said && kind != "ctrl+s" {
		return
	}
	file := d.model.Session().File
	p, err := profile.Load(file)
	if err != nil {
		k.t.Fatalf("after %s: %v", kind, err)
	}
	onDisk := p.Bytes()
	shown := d.model.Work().Bytes()
	if diff := cmp.Diff(string(onDisk), string(shown)); diff != "" {
		k.t.Fatalf("after %s %s holds something else than the screen:\n%s", kind, file, diff)
	}
}
