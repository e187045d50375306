package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"espost/device"
	"espost/internal/sanitize"
)

func (p *Program) monitorCommand() *cobra.Command {
	var m device.Monitor
	var options watching
	var record, elf string
	var list bool
	cmd := &cobra.Command{
		Use:   "monitor [PORT]",
		Short: "Watch a board's serial port, explained as it comes",
		Long: "monitor shows what the board says, line by line, and what it means beside it. It finds the port and the baud rate by " +
			"itself, waits for a board that was unplugged, and knows the moments that count in espost's own firmware. " +
			"With --until delivered it ends with status 0 as soon as a reading was delivered, and with 1 where that won't come.",
		Example: "espost monitor\n" +
			"espost monitor /dev/ttyUSB0 --log board.log\n" +
			"espost monitor --until delivered --timeout 60s",
		Args: atMostOne("port"),
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error {
		if list {
			return p.listPorts(options.asJSON)
		}
		port, err := choosePort(args)
		if err != nil {
			return wrongInput(err, "port-unclear")
		}
		m.Port = port
		if err := options.check(); err != nil {
			return err
		}
		if elf != "" {
			if m.Decoder, err = device.FindDecoder(elf); err != nil {
				return wrongInput(err, "elf-missing")
			}
		}
		if record != "" {
			file, err := openLog(record)
			if err != nil {
				return &inputError{fmt.Errorf("opening the log: %w; choose another file", err)}
			}
			defer file.Close()
			options.record = file
		}
		return p.watch(ctx, &m, options)
	})
	f := cmd.Flags()
	f.Var((*baudFlag)(&m.Baud), "baud", "listen at this rate; otherwise it is found out")
	f.BoolVar(&m.Reset, "reset", false, "restart the board at first")
	f.StringVar(&record, "log", "", "append the board's lines to this file, with their times")
	f.StringVar(&elf, "elf", "", "name the places in a crash by this build of the sketch")
	f.BoolVar(&options.timestamps, "timestamps", false, "show the time before each line")
	f.BoolVar(&options.noExplain, "no-explain", false, "show the lines alone")
	f.BoolVar(&options.asJSON, "json", false, "print one JSON object an event")
	f.BoolVar(&list, "list", false, "list the ports instead, likely boards first")
	options.addUntil(f, 0)
	offer(cmd, "until", these(untilDelivered))
	cmd.ValidArgsFunction = portCompletions
	return cmd
}

// addUntil adds the flags that end watching.
func (w *watching) addUntil(f *pflag.FlagSet, timeout time.Duration) {
	f.StringVar(&w.until, "until", w.until, "end when a reading was delivered: delivered")
	durationFlag(f, &w.timeout, "timeout", timeout, "end after this long, such as 60s")
}

// check says what the flags can't mean.
func (w *watching) check() error {
	if w.until != "" && w.until != untilDelivered {
		return &usageError{fmt.Sprintf("--until %q: write --until delivered", w.until)}
	}
	return nil
}

// choosePort is the port that was named, or the board's.
func choosePort(args []string) (string, error) {
	if len(args) > 0 && args[0] != "" {
		return args[0], nil
	}
	all, err := device.Ports()
	if err != nil {
		return "", err
	}
	chosen, err := device.Choose(all)
	return chosen.Name, err
}

// listPorts prints the ports, likely boards first.
func (p *Program) listPorts(asJSON bool) error {
	all, err := device.Ports()
	if err != nil {
		return err
	}
	for _, port := range all {
		if asJSON {
			p.printJSON(map[string]any{"port": port.Name, "usb": port.USB, "chip": port.Chip, "board": port.Board, "serial": port.Serial, "likely": port.Likely})
			continue
		}
		fmt.Fprintln(p.out, strings.TrimRight(fmt.Sprintf("%-24s %-8s %s", sanitize.Line(port.Name), port.Chip, port.Board), " "))
	}
	if len(all) == 0 {
		_, err = device.Choose(nil)
	}
	return err
}

// atMostOne takes one argument or none.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return &usageError{fmt.Sprintf("%s takes one %s; %s --help tells more", cmd.Name(), what, cmd.CommandPath())}
		}
		return nil
	}
}

// baudFlag is a baud rate; 0 is none, and isn't shown in the help.
type baudFlag int

func (b *baudFlag) Type() string { return "number" }

func (b *baudFlag) String() string {
	if *b == 0 {
		return ""
	}
	return fmt.Sprint(int(*b))
}

func (b *baudFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 50 || n > 4_000_000 {
		return errors.New("write a number such as 115200")
	}
	*b = baudFlag(n)
	return nil
}
