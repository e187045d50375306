package explain

import (
	"espost/internal/lazyregexp"
	"espost/internal/problem"
)

// What can be done about a port, in one place: package device says the same of
// the ports that it opens itself.
const (
	FixGroup = "On Linux add yourself to the port's group, then log in again: sudo usermod -aG dialout $USER (on Arch the group is uucp)"
	FixBusy  = "Close what has the port open: a serial monitor, the Arduino IDE, another upload; on Linux ModemManager and brltty take ports, too"
	FixGone  = "Plug the board in and look which port appears; use a cable that carries data, and install the driver of its USB chip (CH340, CP2102) if none appears"
	fixBoot  = "Hold FLASH (GPIO0 to ground), press RESET, release FLASH, and upload again; take wires off GPIO0, GPIO2, GPIO15, TX and RX, and use a cable that carries data"
	fixSpeed = "Upload at 115200 baud, with a short cable straight into the computer, and give the board a supply that holds 3.3 V at 300 mA"
)

// ports are failures to open one, in pyserial's words on each system.
var ports = []rule{
	{has: "permission", pattern: lazyregexp.New(`(?i)(?:could not open port|cannot open|failed to open)\W+'?COM\d+.*PermissionError\(13`), code: "port busy", message: "Another program has the port", fix: FixBusy},
	{has: "access is denied", pattern: lazyregexp.New(`(?i)could not open port\W+'?COM\d+`), code: "port busy", message: "Another program has the port", fix: FixBusy},
	{has: "permission denied", pattern: lazyregexp.New(`(?i)(?:\[Errno 13\] |\bopen |opening (?:serial )?port ).*?['/ ](?:dev/)?(tty\w+|cu\.\S+?)'?(?::|$)`), code: "port forbidden", message: "You may not use that port", fix: FixGroup},
	{has: "permission denied: '/dev/tty", code: "port forbidden", message: "You may not use that port", fix: FixGroup},
	{has: "resource busy", pattern: lazyregexp.New(`(?i)(?:\[Errno 16\]|/dev/\S+).*resource busy`), code: "port busy", message: "Another program has the port", fix: FixBusy},
	{has: "the port is busy or doesn't exist", code: "port gone", message: "There is no such port, or another program has it", fix: FixGone},
	{has: "could not open", pattern: lazyregexp.New(`(?i)could not open (?:port )?u?['\"]?(\S+?)['\"]?[,:] .*(?:FileNotFoundError|No such file or directory|the port doesn't exist)`), code: "port gone", message: "There is no port $1", fix: FixGone},
	{has: "cannot configure port", pattern: lazyregexp.New(`(?i)cannot configure port, some`), code: "port driver", message: "The driver of the board's USB chip does not work with that port",
		fix: "Unplug the board and plug it in again; if it stays, install the maker's driver of its USB chip (CH340, CP2102, FT232) anew"},
	{has: "termios.error", pattern: lazyregexp.New(`termios\.error: \(22,`), code: "port speed", message: "The port does not take that speed", fix: fixSpeed},
	{has: "failed to set baud rate", code: "port speed", message: "The port does not take that speed", fix: fixSpeed},
	{has: "returned no data (device disconnected or multiple access", code: "port lost", message: "The port went away in the middle, or two programs read from it", fix: FixBusy + "; otherwise look at the cable"},
}

// uploads are esptool's failures (esptool/loader.py, cmds.py; old texts are those
// of versions before 3 and of esptool-ck), and espota.py's.
var uploads = []rule{
	{has: "this chip is ", pattern: lazyregexp.New(`(?i)this chip is (\S+?),? not (\S+?)\. wrong`), code: "another chip", message: "The board is an $1, not an $2", fix: "Choose the port of the ESP8266; espost's sketches run on no other chip"},
	{has: "will not fit in", pattern: lazyregexp.New(`(?i)will not fit in (\S+) bytes of flash`), code: "flash size", message: "The sketch does not fit into the board's flash of $1 bytes", fix: fixFlash},
	{has: "could not auto-detect flash size", code: "flash unknown", severity: problem.Warning, message: "The board's flash chip did not tell its size", fix: "Look at the power supply and at what is connected to GPIO6 to GPIO11; the flash may be damaged"},
	{has: "failed to communicate with the flash chip", code: "flash unknown", message: "The board does not reach its own flash chip", fix: "Take wires off GPIO6 to GPIO11, and look at the power supply"},
	{has: "flash chip connection", pattern: lazyregexp.New(`(?i)unable to verify flash chip connection`), code: "flash unknown", message: "The board does not reach its own flash chip", fix: "Take wires off GPIO6 to GPIO11, and look at the power supply"},
	{has: "md5 of file does not match", code: "flash differs", message: "What stands in the flash is not what was sent", fix: "Choose the board's real flash size and mode dout, take wires off GPIO6 to GPIO11, and give the board a supply that holds; a flash that fails each time at the same place is broken"},
	{has: "wrong boot mode detected", code: "not in boot mode", message: "The board runs its sketch instead of waiting for an upload", fix: fixBoot},
	{has: "failed to connect to ", pattern: lazyregexp.New(`(?i)failed to connect to (?:ESP\S*|Espressif device): (?:Timed? out|No serial data|Invalid head|Download mode)`), code: "not in boot mode", message: "The board does not answer the upload: it is not in its boot loader, or not on that port", fix: fixBoot},
	{has: "exception: failed to connect", pattern: lazyregexp.New(`^Exception: Failed to connect$`), code: "not in boot mode", message: "The board does not answer the upload: it is not in its boot loader, or not on that port", fix: fixBoot},
	{has: "espcomm_", pattern: lazyregexp.New(`(?:warning|error): espcomm_(?:sync|open) failed`), code: "not in boot mode", message: "The board does not answer the upload: it is not in its boot loader, or not on that port", fix: fixBoot},
	{has: "espcomm_upload_mem failed", code: "upload broke off", message: "The board stopped answering in the middle of the upload", fix: fixSpeed},
	{has: "fatal", pattern: lazyregexp.New(`(?i)fatal(?: esptool\.py)? error(?: occurred)?: (?:Timed out waiting for packet (?:header|content)|Invalid head of packet|The chip stopped responding|Serial data stream stopped|No more data to read|Corrupt data|Packet content transfer stopped)`), code: "upload broke off", message: "The board answered at first, then what came from it was garbled or stopped", fix: fixSpeed},
	{has: "esptool.fatalerror", pattern: lazyregexp.New(`esptool\.FatalError: (?:Timed out waiting for packet (?:header|content)|Invalid head of packet)`), code: "upload broke off", message: "The board answered at first, then what came from it was garbled or stopped", fix: fixSpeed},
	{has: "failed to write to target ram", code: "upload broke off", message: "The board did not take the first part of the upload", fix: fixSpeed},
	{has: "failed to enter flash download mode", code: "upload broke off", message: "The board did not take the first part of the upload", fix: fixSpeed},
	{has: "no module named", pattern: lazyregexp.New(`(?i)(?:ImportError|ModuleNotFoundError): No module named '?(serial|esptool)\b`), code: "python module", message: "Python's package for serial ports is missing", fix: "Install the ESP8266 core again, which brings its own; otherwise python3 -m pip install pyserial"},
	{has: "python", pattern: lazyregexp.New(`(?i)(?:exec: "\S*python3?(?:\.exe)?"?.*(?:executable file not found|does not exist|no such file)|Cannot run program "python)`), code: "no python", message: "The ESP8266 core found no Python, which its tools need", fix: "Install Python 3 and see that python3 is on PATH; on Windows install the core again, which brings its own"},
	{has: "no answer to our authentication", code: "wrong OTA password", message: "The board did not answer to the password of the update", fix: "Use the password that the running sketch has; while it is busy, the board doesn't answer either"},
	{has: "authentication failed", pattern: lazyregexp.New(`\[ERROR\]: Authentication Failed`), code: "wrong OTA password", message: "The board refused the password of the update", fix: "Use the password that the running sketch has"},
	{has: "[error]: no ", pattern: lazyregexp.New(`(?i)\[ERROR\]: No (?:response from (?:the ESP|device)|Answer)`), code: "no answer over the network", message: "The board does not answer over the network", fix: fixNetwork},
	{has: "[error]: host ", pattern: lazyregexp.New(`(?i)\[ERROR\]: Host (\S+) Not Found`), code: "no answer over the network", message: "There is no host $1", fix: fixNetwork},
	{has: "[error]: error uploading", code: "upload broke off", message: "The update over the network broke off", fix: "Move the board nearer to the access point, and let nothing between computer and board block UDP and TCP"},
	{has: "[error]: listen failed", code: "no answer over the network", message: "The computer could not listen for the board", fix: "Close other uploads, and let the firewall pass python3"},
	{has: "please specify `upload_port`", code: "no port", message: "There is no port to upload to", fix: FixGone},
	{has: "no upload port provided", code: "no port", message: "There is no port to upload to", fix: FixGone},
	{has: "missing port", pattern: lazyregexp.New(`(?i)^(?:error\S* .*)?missing port(?: address)?$`), code: "no port", message: "There is no port to upload to", fix: FixGone},
	{has: "99-platformio-udev.rules", code: "udev rules", severity: problem.Note, message: "PlatformIO's rules for USB devices are not installed; the upload may work without", fix: "If the port can't be opened, install them, or join the group dialout"},
}

const (
	fixFlash   = "Choose the board that you have, with its real flash size, and make the sketch or its file system smaller"
	fixNetwork = "Check the board's address, and that its running sketch takes updates (ArduinoOTA) and is in the same network; a firewall must let the board connect back"
)
