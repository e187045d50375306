package codegen

import "strings"

// A Command is one next step after the folder was written, for a shell.
type Command struct {
	Title string // what it does
	Line  string // to copy; /dev/ttyUSB0 stands for the board's port
}

const arduinoMonitor = "arduino-cli monitor -p /dev/ttyUSB0 -c baudrate=115200"

// Commands returns the next steps for a project written to dir: flash with
// either tool, then watch. The first is the one to show when there is room for
// one only.
func Commands(p Project, dir string) []Command {
	return []Command{
		{"compile and flash with arduino-cli", arduinoUpload(p, dir)},
		{"compile and flash with PlatformIO", "pio run -d " + shellWord(dir) + " -t upload"},
		{"watch the serial port", arduinoMonitor},
	}
}

func arduinoUpload(p Project, dir string) string {
	return "arduino-cli compile --profile " + p.Board.ID + " -u -p /dev/ttyUSB0 " + shellWord(dir)
}

// shellWord quotes s for a POSIX shell where it needs it.
func shellWord(s string) string {
	plain := strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-") == ""
	switch {
	case s == "":
		return "''"
	case plain && s[0] != '-':
		return s
	case plain:
		return "./" + s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
