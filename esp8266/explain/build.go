package explain

import (
	"espost/internal/lazyregexp"
	"espost/internal/problem"
)

// builds are failures before anything is uploaded: the compiler's and linker's
// (GCC), arduino-cli's (commands/cmderrors, internal/arduino) and PlatformIO's
// (platformio/*/exception.py, builder/tools/piosize.py).
var builds = []rule{
	{has: "no such file or directory", pattern: lazyregexp.New(`fatal error: ((?:ESP8266|WiFiClientSecure|LittleFS|core_esp8266)[\w/]*\.h): No such file`), code: "core missing", message: "$1 belongs to the ESP8266 core, which this build does not use", fix: "Choose an ESP8266 board, or " + fixCore},
	{has: "no such file or directory", pattern: lazyregexp.New(`(?:fatal|Compilation) error: ([\w./+-]+\.(?:h|hpp)): No such file`), code: "library missing", message: "No installed library has $1", fix: "Add the library that has it to sketch.yaml (libraries:) and to platformio.ini (lib_deps)"},
	{has: "obsolete api", pattern: lazyregexp.New(`error: call to '(HTTPClient::begin)'.*obsolete API`), code: "old sketch", message: "The sketch calls $1 as cores before 3.0 had it", fix: "Give it a client: WiFiClient client; http.begin(client, url)"},
	{has: "was not declared", pattern: lazyregexp.New(`error: '([^']+)' was not declared in this scope`), code: "compile error", message: "$1 is used, but nothing of that name is known there", fix: "Look for a typing error, a missing #include or a missing declaration above"},
	{has: "expected", pattern: lazyregexp.New(`:\d+:(?:\d+:)? error: (expected [^.]+)`), code: "compile error", message: "The compiler stopped: $1", fix: "Look at that line and the end of the one before: often a semicolon, a bracket or a quotation mark is missing"},
	{has: "will not fit in region", pattern: lazyregexp.New(`section .\.\w+' will not fit in region .(iram1_0_seg|dram0_0_seg|irom0_0_seg)'`), code: "$1 full", message: "The sketch has too much for one of the board's memories ($1)", fix: fixRegion},
	{has: "_seg' overflowed", pattern: lazyregexp.New(`region .(\w+)' overflowed by (\d+) bytes`), code: "$1 full", message: "The sketch has $2 bytes too much for one of the board's memories ($1)", fix: fixRegion},
	{has: "undefined reference to", pattern: lazyregexp.New(`undefined reference to .([^']+)'`), code: "link error", message: "$1 is called, but no file that was compiled has it", fix: "Write it, spell it as where it is declared, or add the library that has it"},
	{has: "multiple definition of", pattern: lazyregexp.New(`multiple definition of .([^';]+)`), code: "link error", message: "$1 exists twice", fix: "Define it in one file only; all .ino files of a folder become one program"},
	{has: ": error: ", pattern: lazyregexp.New(`^\S.*?:\d+:(?:\d+:)? (?:fatal )?error: (.+)`), code: "compile error", message: "The compiler stopped: $1", fix: "Look at that line of the file that it names"},

	{has: "text section exceeds available space", code: "sketch too big", message: "The sketch is bigger than the flash has room for", fix: fixTooBig},
	{has: "sketch too big", code: "sketch too big", message: "The sketch is bigger than the flash has room for", fix: fixTooBig},
	{has: "data section exceeds available space", code: "too much data", message: "The sketch has more variables than the board has memory", fix: fixData},
	{has: "not enough memory; see", code: "too much data", message: "The sketch has more variables than the board has memory", fix: fixData},
	{has: "the program size (", pattern: lazyregexp.New(`The program size \((\d+) bytes\) is greater than maximum allowed \((\d+) bytes\)`), code: "sketch too big", message: "The sketch has $1 bytes, and the flash has room for $2", fix: fixTooBig},
	{has: "the data size (", pattern: lazyregexp.New(`The data size \((\d+) bytes\) is greater than maximum allowed \((\d+) bytes\)`), code: "too much data", message: "The sketch's variables take $1 bytes of $2", fix: fixData},

	{has: "esp8266:esp8266", pattern: lazyregexp.New(`(?i)platform '?esp8266:esp8266\S*'? (?:not found|is not installed)`), code: "core missing", message: "The ESP8266 core is not installed", fix: fixCore},
	{has: "platform not installed", code: "core missing", message: "The ESP8266 core is not installed", fix: fixCore},
	{has: "esp8266: unknown package", code: "core missing", message: "The ESP8266 core is not installed", fix: fixCore},
	{has: "unknown fqbn", pattern: lazyregexp.New(`(?i)(?:unknown|invalid) FQBN: (.+)`), code: "unknown board", message: "arduino-cli does not know that board: $1", fix: "Use a board that arduino-cli board listall esp8266 names; generate the sketch again if sketch.yaml was edited"},
	{has: "please specify an fqbn", code: "unknown board", message: "arduino-cli was not told which board it is", fix: "Build in the sketch's folder, whose sketch.yaml names it"},
	{has: "not found", pattern: lazyregexp.New(`Library '([^']+)' not found`), code: "library missing", message: "arduino-cli finds no library $1", fix: "Check its name and version in sketch.yaml with arduino-cli lib search"},
	{has: "no valid dependencies solution found", code: "library missing", message: "The libraries in sketch.yaml don't go together", fix: "Name other versions of them in sketch.yaml"},
	{has: "profile '", pattern: lazyregexp.New(`Profile '([^']+)' not found`), code: "profile missing", message: "sketch.yaml has no profile $1", fix: "Generate the sketch again, or name one that is there"},
	{has: "main file missing from sketch", code: "not a sketch", message: "The folder is no sketch: it has no .ino file of its own name", fix: "Name the folder that espost wrote, and don't rename it alone"},
	{has: "no valid sketch found in", code: "not a sketch", message: "The folder is no sketch: it has no .ino file of its own name", fix: "Name the folder that espost wrote, and don't rename it alone"},
	{has: "can't open sketch", code: "not a sketch", message: "The folder is no sketch, or can't be read", fix: "Name the folder that espost wrote, and don't rename it alone"},
	{has: "multiple main sketch files", code: "not a sketch", message: "The folder has two main files", fix: "Take the one that isn't espost's away"},
	{has: "core.a: no such file", code: "old arduino-cli", message: "This arduino-cli is too old for the core", fix: "Install a newer arduino-cli"},
	{has: "exit status -1073741515", code: "missing DLL", message: "The compiler could not start: Windows misses a library that it needs", fix: "Install Microsoft's Visual C++ redistributables, or the core again"},
	{has: "fork/exec", pattern: lazyregexp.New(`fork/exec \S*xtensa\S*: no such file or directory`), code: "compiler missing", message: "The compiler could not start: it is missing, or was made for another kind of system", fix: "Install the core again; on Alpine and other systems without glibc use another one"},
	{has: "no such host", pattern: lazyregexp.New(`dial tcp: lookup (\S+?):? .*no such host`), code: "no Internet", message: "The tool can't reach $1", fix: "Check the Internet connection and the proxy; once downloaded, core and libraries work without"},
	{has: "server returned a non-2xx status code", code: "download failed", message: "A download of the core or a library failed", fix: "Try again later, and update arduino-cli"},

	{has: "could not find the package with", pattern: lazyregexp.New(`Could not find the package with '([^']+)' requirements`), code: "package missing", message: "PlatformIO finds no $1", fix: "Check its name and version in platformio.ini with pio pkg search"},
	{has: "detected unknown package", pattern: lazyregexp.New(`Detected unknown package '([^']+)'`), code: "package missing", message: "PlatformIO finds no $1", fix: "The ESP8266's platform is espressif8266; update PlatformIO"},
	{has: "could not find a version that satisfies", pattern: lazyregexp.New(`Could not find a version that satisfies the requirement '([^']+)'`), code: "package missing", message: "PlatformIO finds no version of $1 that is asked for", fix: "Check its name and version in platformio.ini with pio pkg search"},
	{has: "unknown board id", pattern: lazyregexp.New(`Unknown board ID '([^']+)'`), code: "unknown board", message: "PlatformIO does not know the board $1", fix: "Use a board that pio boards espressif8266 names; generate the sketch again if platformio.ini was edited"},
	{has: "unknown development platform", pattern: lazyregexp.New(`Unknown development platform '([^']+)'`), code: "core missing", message: "PlatformIO does not have the platform $1", fix: "run pio pkg install -g -p espressif8266"},
	{has: "unknown environment names", code: "profile missing", message: "platformio.ini has no such environment", fix: "Name one that is there, or generate the sketch again"},
	{has: "not a platformio project", code: "not a sketch", message: "The folder has no platformio.ini", fix: "Name the folder that espost wrote"},
	{has: "you are not connected to the internet", code: "no Internet", message: "PlatformIO can't reach the Internet", fix: "Check the connection and the proxy; once downloaded, core and libraries work without"},
	{has: "nothing to build. please put your source code", code: "not a sketch", message: "PlatformIO finds no source in the folder", fix: "Name the folder that espost wrote, whose platformio.ini says src_dir = ."},
	{has: "is not compatible with platformio core", code: "old PlatformIO", message: "This PlatformIO is too old for the platform", fix: "run pio upgrade"},
	{has: "no space left on device", pattern: lazyregexp.New(`(?i)(?:error|errno 28|fatal|cannot|write).*no space left on device`), code: "disk full", message: "The computer's disk is full", fix: "Make room: the core and its tools take about a gigabyte"},
	{has: "low memory available, stability problems", severity: problem.Warning, code: "little memory", message: "The sketch's variables leave little memory for TLS", fix: fixData},
}

const (
	fixCore   = "run arduino-cli core install esp8266:esp8266 --additional-urls https://arduino.esp8266.com/stable/package_esp8266com_index.json"
	fixTooBig = "Choose a flash layout with more room for the sketch, and take out libraries, fonts and pictures that it does not need"
	fixData   = "Keep texts and tables in flash (F(…), PROGMEM), and make buffers smaller"
	fixRegion = "iram1_0_seg: fewer functions with IRAM_ATTR, or fewer libraries that have them; dram0_0_seg: fewer variables; irom0_0_seg: a flash layout with more room"
)
