package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"espost/internal/duration"
	"espost/profile"
	"espost/request"
	"espost/services"
)

func (p *Program) servicesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "services [NAME]",
		Short: "List well-known places to post to, or tell about one",
		Long: "services lists the places that espost knows: what they are asked with, what their answers mean, how often they may be asked. " +
			"With a name it tells what a service needs from you, what bites boards there, and where all that is written. " +
			"post and generate begin with one by --service.",
		Example: "espost services\n" +
			"espost services thingspeak\n" +
			"espost post --service thingspeak api_key=XXXX field1@rssi",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: listed(serviceCompletions),
	}
	cmd.RunE = p.runE(func(_ context.Context, args []string) error {
		if len(args) == 0 {
			p.listServices(asJSON)
			return nil
		}
		s, err := namedService(args[0])
		if err != nil {
			return err
		}
		p.showService(s, asJSON)
		return nil
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a service")
	return cmd
}

func serviceCompletions() []cobra.Completion {
	var list []cobra.Completion
	for _, s := range services.All() {
		list = append(list, cobra.CompletionWithDesc(s.ID, s.Title))
	}
	return list
}

func (p *Program) listServices(asJSON bool) {
	all := services.All()
	width := 0
	for _, s := range all {
		width = max(width, len(s.ID))
	}
	c := newPalette()
	for _, s := range all {
		if asJSON {
			p.printService(s)
			continue
		}
		fmt.Fprintf(p.paint, "%s  %s %s\n", c.strong.Render(fmt.Sprintf("%-*s", width, s.ID)), s.Title, c.dim.Render(s.About))
	}
}

// showService tells all about a service.
func (p *Program) showService(s services.Service, asJSON bool) {
	if asJSON {
		p.printService(s)
		return
	}
	c := newPalette()
	fmt.Fprintf(p.paint, "%s  %s\n\n", c.strong.Render(s.Title), c.dim.Render(s.About))
	fmt.Fprintf(p.paint, "%s %s\n", s.Outline.HTTPMethod(), s.Outline.Address)
	for _, b := range s.Blanks {
		secret := ""
		if b.Kind == services.Secret {
			secret = ", or " + profile.SecretEnv(b.Name) + " in the environment"
		}
		fmt.Fprintf(p.paint, "  %s  %s: %s%s\n", c.strong.Render(b.Name), b.Title, b.Where, c.dim.Render(secret))
	}
	fmt.Fprintln(p.paint)
	for _, row := range [][2]string{{"fields", fields(s)}, {"pace", pace(s)}, {"trap", s.Trap}, {"not on a board", s.Cannot}, {"documents", s.Docs}} {
		if row[1] != "" {
			fmt.Fprintf(p.paint, "%s: %s\n", row[0], row[1])
		}
	}
	for _, f := range s.Facts {
		when := "read " + f.Read
		if f.Read == "" {
			when = "from memory"
		}
		fmt.Fprintln(p.paint, c.dim.Render(fmt.Sprintf("%s: %s, %s", f.About, f.URL, when)))
	}
	fmt.Fprintf(p.paint, "\n%s\n", c.dim.Render(example(s)))
}

// fields are those of the service's example, and how the user's own are sent.
func fields(s services.Service) string {
	var names []string
	for _, f := range s.Outline.Fields {
		names = append(names, f.Name)
	}
	text := strings.Join(names, ", ")
	if s.Outline.Split {
		text += "; each is a request of its own, and {{field}} its name"
	}
	return text
}

// pace is how often a service may be asked, and how much it takes.
func pace(s services.Service) string {
	var parts []string
	if interval := s.ForExample().Interval(); interval > 0 {
		parts = append(parts, "a reading every "+duration.Format(interval))
	}
	if s.Size > 0 {
		parts = append(parts, fmt.Sprintf("at most %d bytes each", s.Size))
	}
	return strings.Join(parts, ", ")
}

// example is the command that begins with a service.
func example(s services.Service) string {
	words := []string{"espost post --service " + s.ID}
	for _, b := range s.Blanks {
		if b.Kind != services.Secret {
			words = append(words, quoted(b.Name+"="+b.Example))
		}
	}
	return strings.Join(words, " ")
}

// printService prints a service as one JSON object (docs/schema/services.schema.json).
func (p *Program) printService(s services.Service) {
	blanks := make([]map[string]any, 0, len(s.Blanks))
	for _, b := range s.Blanks {
		blanks = append(blanks, map[string]any{"name": b.Name, "title": b.Title, "where": b.Where, "example": b.Example, "secret": b.Kind == services.Secret})
	}
	facts := make([]map[string]any, 0, len(s.Facts))
	for _, f := range s.Facts {
		facts = append(facts, map[string]any{"about": f.About, "url": f.URL, "read": f.Read})
	}
	body := s.Outline.Body
	if body == "" {
		body = request.None
	}
	p.printJSON(map[string]any{
		"id": s.ID, "title": s.Title, "about": s.About, "method": s.Outline.HTTPMethod(), "address": s.Outline.Address, "body": string(body), "template": s.Outline.Template,
		"blanks": blanks, "every_seconds": s.ForExample().Interval().Seconds(), "split": s.Outline.Split, "size": s.Size, "trap": s.Trap, "cannot": s.Cannot, "docs": s.Docs, "facts": facts,
	})
}
