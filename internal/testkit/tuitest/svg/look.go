package svg

import (
	"fmt"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// theme is what a terminal's settings say about colours.
type theme struct {
	background, foreground, faint, edge color.RGBA
	basic                               [16]color.RGBA // ANSI black … bright white
}

var darkTheme = theme{
	background: rgb(0x15181E), foreground: rgb(0xD8DEE9), faint: rgb(0x7C8594), edge: rgb(0x343B48),
	basic: [16]color.RGBA{
		rgb(0x15181E), rgb(0xE06C75), rgb(0x8CC265), rgb(0xD9A84E), rgb(0x61AFEF), rgb(0xC678DD), rgb(0x4DB5BD), rgb(0xC5CBD6),
		rgb(0x6B7484), rgb(0xFF8A93), rgb(0xA5DB7F), rgb(0xF0C674), rgb(0x82C4FF), rgb(0xDDA0F0), rgb(0x6FD3DB), rgb(0xFFFFFF),
	},
}

var lightTheme = theme{
	background: rgb(0xFBFBFA), foreground: rgb(0x24292F), faint: rgb(0x7A828C), edge: rgb(0xD0D5DB),
	basic: [16]color.RGBA{
		rgb(0x24292F), rgb(0xC0333B), rgb(0x2C7A37), rgb(0x946200), rgb(0x1F63B5), rgb(0x8A3FA8), rgb(0x12747D), rgb(0x6E7781),
		rgb(0x57606A), rgb(0xD64550), rgb(0x3A9147), rgb(0xB07A0E), rgb(0x347FD6), rgb(0xA556C4), rgb(0x2A919B), rgb(0xFBFBFA),
	},
}

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

// look is a style as it is seen: defaults filled in, colours swapped when reversed, faint mixed.
type look struct {
	foreground, background                  color.RGBA
	bold, italic, underline, strike, hidden bool
}

func (d *drawing) look(style uv.Style) look {
	foreground := d.theme.resolve(style.Fg, d.theme.foreground)
	background := d.theme.resolve(style.Bg, d.theme.background)
	if style.Attrs&uv.AttrReverse != 0 {
		foreground, background = background, foreground
	}
	if style.Attrs&uv.AttrFaint != 0 {
		foreground = mix(foreground, background)
	}
	return look{
		foreground: foreground,
		background: background,
		bold:       style.Attrs&uv.AttrBold != 0,
		italic:     style.Attrs&uv.AttrItalic != 0,
		underline:  style.Underline != uv.UnderlineNone,
		strike:     style.Attrs&uv.AttrStrikethrough != 0,
		hidden:     style.Attrs&uv.AttrConceal != 0,
	}
}

// resolve turns a cell's colour into the theme's: the sixteen basic ones are the terminal's own.
func (t theme) resolve(c color.Color, fallback color.RGBA) color.RGBA {
	switch c := c.(type) {
	case nil:
		return fallback
	case ansi.BasicColor:
		return t.basic[c&15]
	case ansi.IndexedColor:
		if c < 16 {
			return t.basic[c]
		}
	}
	r, g, b, _ := c.RGBA()
	return color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 0xFF}
}

// mix is how terminals dim text: three fifths of it, the rest background.
func mix(foreground, background color.RGBA) color.RGBA {
	part := func(f, b uint8) uint8 { return uint8((int(f)*3 + int(b)*2) / 5) }
	return color.RGBA{
		R: part(foreground.R, background.R), G: part(foreground.G, background.G), B: part(foreground.B, background.B), A: 0xFF,
	}
}

// fill is the attribute with the colour of text and shapes.
func (l look) fill() string { return ` fill="` + hex(l.foreground) + `"` }

// class is the attribute that chooses the font, together with other classes.
func (l look) class(others ...string) string {
	if l.bold {
		others = append(others, "b")
	}
	if l.italic {
		others = append(others, "i")
	}
	if len(others) == 0 {
		return ""
	}
	return ` class="` + strings.Join(others, " ") + `"`
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
