package dialog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"espost/device"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A Bench is the way to a board, as the app's Board step has it.
type Bench struct {
	Ports func() ([]device.Port, error)
	Tools func(folder string) ([]*device.Toolchain, error)
	Flash func(context.Context, *device.Toolchain, device.Job, func(device.Progress)) (device.Size, error)
	Watch func(context.Context, *device.Monitor, func(device.Event)) error
}

// watchLimit is how long a board is waited for.
const watchLimit = 2 * time.Minute

// board flashes and watches, if there is a board, a tool chain, and the wish.
func (d *Dialog) board(ctx context.Context) error {
	folder := d.Session.LastFolder()
	if folder == "" {
		d.say("There is nothing to flash.")
		return nil
	}
	ports, err := device.Boards(d.Bench.Ports())
	if d.Session.Firmware.OTA {
		ports, err = append(ports, device.Port{Name: "a board in the network, over the Wi-Fi", Network: true}), nil
	}
	if err != nil {
		d.skip(err)
		return nil
	}
	tools, err := d.Bench.Tools(folder)
	if err != nil {
		d.skip(err)
		return nil
	}
	port, err := chooseOf(ctx, d, "Which port?", ports, device.Port.String)
	if err != nil {
		return err
	}
	if port.Network {
		if port.Name, err = d.boardAddress(ctx); err != nil {
			return err
		}
	}
	tool, err := chooseOf(ctx, d, "Which tool?", tools, func(t *device.Toolchain) string { return t.Name })
	if err != nil {
		return err
	}
	for {
		question, job := "Flash the board at %s with %s, and watch it?", device.Job{Folder: folder, Port: port.Name}
		if port.Network {
			question, job = "Flash the board at %s, which runs a sketch with updates already, with %s?", device.Job{Folder: folder, Host: port.Name}
		}
		flash, err := d.yes(ctx, fmt.Sprintf(question, sanitize.Line(port.String()), tool.Name), false)
		if err != nil || !flash {
			return err
		}
		if err = d.flash(ctx, tool, job); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		d.trouble(err)
	}
}

// boardAddress asks where in the network the board is.
func (d *Dialog) boardAddress(ctx context.Context) (host string, err error) {
	err = d.until(ctx, "What is the board's address or name in the network?", d.Session.Firmware.Hostname()+".local", func(s string) error {
		host = strings.TrimSpace(s)
		_, _, err := device.SplitHost(host)
		return err
	})
	return host, err
}

// skip says why there is nothing to flash with.
func (d *Dialog) skip(err error) {
	d.trouble(err)
	d.say("The board is left for later.")
}

func (d *Dialog) trouble(err error) { d.say("%s", sanitize.Line(problem.Sentences(err.Error()))) }

// chooseOf asks for one of a list where there are several.
func chooseOf[T any](ctx context.Context, d *Dialog, question string, list []T, name func(T) string) (T, error) {
	if len(list) == 1 {
		return list[0], nil
	}
	names := make([]string, len(list))
	for i, item := range list {
		names[i] = name(item)
	}
	chosen, err := d.choose(ctx, question, names, 0)
	return list[chosen], err
}

// flash compiles, uploads, and tells what the board says until it delivers, or
// that it won't.
func (d *Dialog) flash(ctx context.Context, tool *device.Toolchain, job device.Job) error {
	var part device.Part
	size, err := d.Bench.Flash(ctx, tool, job, func(p device.Progress) {
		if p.Part != part {
			part = p.Part
			d.say("%s", map[device.Part]string{
				device.Prepare: "Starting. The first time the tool downloads the core, which takes some minutes.",
				device.Compile: "Compiling.", device.Connect: "Looking for the board.", device.Upload: "Flashing.",
			}[part])
		}
	})
	if err != nil {
		return err
	}
	if job.Host != "" {
		d.say("The board has the new sketch and starts it, in some ten seconds. Whether it delivers, %s shows.", sanitize.Line(d.Session.Target.Host))
		return nil
	}
	d.say("Flashed. The sketch takes %d of %d bytes of flash. Watching the board.", size.Flash, size.FlashMax)
	decoder := device.DecoderOf(job.Folder)
	seen, stop := context.WithTimeoutCause(ctx, watchLimit, errors.New("nothing was delivered within two minutes; espost monitor watches on"))
	defer stop()
	var narrator device.Narrator
	var verdict error
	over := false
	err = d.Bench.Watch(seen, &device.Monitor{Port: job.Port, Decoder: decoder}, func(e device.Event) {
		if over {
			return
		}
		if e.Kind == device.Line {
			d.say("%s", e.Text)
		}
		for _, a := range narrator.Asides(e) {
			d.say("Meaning: %s", problem.Sentence(a.Text))
		}
		var why *problem.Problem
		if why, over = narrator.Over(e); over {
			if why != nil {
				verdict = why
			}
			stop()
		}
	})
	switch {
	case err != nil:
		return err
	case over && verdict == nil:
		d.say("The board has delivered its first reading.")
		return nil
	case over:
		return verdict
	}
	return context.Cause(seen)
}
