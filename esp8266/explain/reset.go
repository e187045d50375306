package explain

import (
	"fmt"

	"espost/internal/lazyregexp"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// How starts and crashes are told: by the ROM, by the SDK ("Fatal exception
// 28(LoadProhibitedCause)"), by the core (core_esp8266_postmortem.cpp) and by
// ESP.getResetInfo (Esp.cpp).
var (
	romStart      = lazyregexp.New(`rst cause:(\d+),? ?boot mode:? ?\((\d+),\d+\)`)
	exceptionLine = lazyregexp.New(`(?i)^\W*(?:fatal )?exception ?[:(]? ?(\d{1,2})(?:\)|\(\w+\)| ?:|$)`)
	resetInfo     = lazyregexp.New(`(?i)fatal exception:(\d{1,2}) flag:(\d)`)
	resetReason   = lazyregexp.New(`(?i)\breset (?:reason|info|cause)\b[ :=]{1,3}(hardware watchdog|software watchdog|exception)`)
)

// reset explains the line that tells why and how the board started, and the
// lines that tell which exception ended a run.
func (t text) reset() []Explanation {
	switch {
	case t.has("rst cause:"):
		if m := romStart.Get().FindStringSubmatch(t.line); m != nil {
			return start(number(m, 1), number(m, 2))
		}
	case t.has("fatal exception:"):
		m := resetInfo.Get().FindStringSubmatch(t.line)
		switch number(m, 2) { // user_interface.h, REASON_WDT_RST and REASON_SOFT_WDT_RST
		case 1:
			return []Explanation{hardwareWatchdog}
		case 3:
			return []Explanation{softWatchdog}
		}
		if m != nil {
			return exception(number(m, 1))
		}
	case t.has("exception"):
		if m := exceptionLine.Get().FindStringSubmatch(t.line); m != nil {
			return exception(number(m, 1))
		}
	}
	if !t.has("reset ") {
		return nil
	}
	switch m := resetReason.Get().FindStringSubmatch(t.lower); {
	case m == nil:
		return nil
	case m[1] == "hardware watchdog":
		return []Explanation{hardwareWatchdog}
	case m[1] == "software watchdog":
		return []Explanation{softWatchdog}
	default:
		return []Explanation{note("crash", "The board started again because the sketch had crashed",
			"Look at what it printed before the restart: the exception's number and the stack tell where")}
	}
}

// start explains the ROM's line (core doc/boards.rst, "Boot Messages and Modes").
// The mode's first number is GPIO15, GPIO0 and GPIO2, as three bits.
func start(cause, mode int) []Explanation {
	var e Explanation
	switch {
	case mode == 1:
		e = note("boot mode 1", "The board started in its boot loader, so the sketch doesn't run: GPIO0 was low",
			"Release the FLASH button and take off what pulls GPIO0 (D3) down, then press RESET; after the first upload one RESET or a new plug-in helps, too")
	case mode == 0 || mode == 2:
		e = note(fmt.Sprintf("boot mode %d", mode), "The board could not start: GPIO2 was low",
			"Take off what pulls GPIO2 (D4) down while the board starts")
	case mode >= 4 && mode <= 7:
		e = note(fmt.Sprintf("boot mode %d", mode), "The board waits for an SDIO host instead of starting the sketch: GPIO15 was high",
			"Pull GPIO15 (D8) to ground with 10 kΩ, and take off what holds it up while the board starts")
	case cause == 4:
		return []Explanation{hardwareWatchdog}
	default:
		e = note("start", "The board started the sketch from its flash as it should",
			"A restart that nobody asked for shows its cause in the lines before")
		e.Severity = problem.OK
	}
	return []Explanation{e}
}

var (
	hardwareWatchdog = note("hardware watchdog", "The hardware watchdog restarted the board: the sketch or an interrupt held the processor for some seconds with the other watchdog off",
		"Call delay or yield in long loops, keep interrupt routines short, and look at the power supply")
	softWatchdog = note("software watchdog", "The software watchdog restarted the board: the sketch held the processor for some seconds, so that the Wi-Fi got no turn",
		"Call delay or yield in long loops; the stack dump shows which one it was")
)

// exceptionCauses are EXCCAUSE of the Xtensa ISA manual, as the core lists them
// (doc/exception_causes.rst), with what usually brings them about on a board
// (doc/faq/a02-my-esp-crashes.rst). Numbers without a row are reserved.
var exceptionCauses = [...][2]string{
	0:  {"the processor met something that is no instruction: a call through a bad pointer, a function without a return, or a flash that can't be read well", fixPointer},
	1:  {"the program made a system call, which nothing on the board does: it ran into data", fixPointer},
	2:  {"the next instruction could not be read: the program jumped to a wrong address", fixPointer},
	3:  {"memory could not be read or written as the program tried: flash and instruction memory take whole, aligned words only", "Read data in flash with pgm_read_byte and its like, or copy it to RAM first"},
	4:  {"an interrupt was going on; after \"Soft WDT reset\" this is the watchdog itself", "Call delay or yield in long loops; the stack dump shows which one it was"},
	5:  {"the stack was used in a way that this processor doesn't have", fixPointer},
	6:  {"something was divided by zero", "Check the divisor before each division and modulo; the stack dump shows the place"},
	8:  {"the program used an instruction that it may not use: it ran into data", fixPointer},
	9:  {"an address was not a multiple of four where it has to be: a byte pointer cast to a bigger type, flash read as if it were RAM, or a pointer that was overwritten", "Copy with memcpy instead of casting, read PROGMEM with pgm_read_…, and look for a buffer that is too small"},
	12: {"the next instruction could not be fetched", fixPointer},
	13: {"memory could not be reached for a load or a store", fixPointer},
	14: {"the next instruction lies at an address that does not exist", fixPointer},
	15: {"a load or a store went to an address that does not exist", fixPointer},
	16: {"the next instruction lies at an address that is not mapped", fixPointer},
	17: {"the next instruction's address is mapped twice", fixPointer},
	18: {"the next instruction lies where the program may not run", fixPointer},
	20: {"the program jumped to where no program is: a call through a pointer that is null or was overwritten", fixPointer},
	24: {"a load or a store went to an address that is not mapped", fixPointer},
	25: {"the address of a load or a store is mapped twice", fixPointer},
	26: {"a load or a store went where the program may not reach", fixPointer},
	28: {"the program read from an address where nothing may be read, often through a null pointer: memory ran out, an object was gone, or an index was too big", fixNull},
	29: {"the program wrote to an address where nothing may be written, often through a null pointer: memory ran out, or an index was too big", fixNull},
}

const (
	fixPointer = "Decode the stack with the .elf of this very build to see the place; suspect pointers, callbacks to objects that are gone, and buffers that are too small"
	fixNull    = "Check what malloc, new and functions that return pointers gave, print ESP.getFreeHeap() before the place, and decode the stack with the .elf of this very build"
)

// exception explains one by its number.
func exception(n int) []Explanation {
	if n >= len(exceptionCauses) || exceptionCauses[n][0] == "" {
		return nil
	}
	cause := exceptionCauses[n]
	e := note(fmt.Sprintf("exception %d", n), "The sketch crashed: "+cause[0], cause[1])
	e.Number = n
	return []Explanation{e}
}

// crashes are the core's other last words (core_esp8266_postmortem.cpp), and
// what the ROM says of a flash that it can't start from.
var crashes = []rule{
	{has: "wdt reset", pattern: lazyregexp.New(`^wdt reset$`), code: hardwareWatchdog.Code, message: hardwareWatchdog.Message, fix: hardwareWatchdog.Fix},
	{has: "soft wdt reset", pattern: lazyregexp.New(`(?i)^soft wdt reset`), code: softWatchdog.Code, message: softWatchdog.Message, fix: softWatchdog.Fix},
	{has: "isr not in iram", pattern: lazyregexp.New(`(?i)^\W*ISR not in IRAM`), code: "ISR not in IRAM",
		message: "A function that attachInterrupt was given lies in flash, so the core stops the sketch",
		fix:     "Write IRAM_ATTR before that function (ICACHE_RAM_ATTR in cores before 3.0), and before each that it calls"},
	{has: "unhandled c++ exception: oom", code: codeMemory, message: "The board ran out of memory: new could not get what it was asked for", fix: fixMemory},
	{has: "unhandled c++ exception", pattern: lazyregexp.New(`(?i)unhandled c\+\+ exception`), code: "C++ exception",
		message: "The sketch ended with a C++ exception that nothing caught", fix: "Decode the stack with the .elf of this very build to see who threw it"},
	{has: "last failed alloc call", pattern: lazyregexp.New(`(?i)last failed alloc call: \w+\((\d+)\)`), code: codeMemory,
		message: "Before the crash the board could not get $1 bytes of memory", fix: fixMemory},
	{has: ":oom(", pattern: lazyregexp.New(`:oom\((\d+)\)@`), code: codeMemory, message: "The board could not get $1 bytes of memory", fix: fixMemory},
	{has: "e:m ", pattern: lazyregexp.New(`^E:M (\d+)\b`), code: codeMemory, message: "The Wi-Fi system could not get $1 bytes of memory", fix: fixMemory},
	{has: "failed to grow plain buffer", code: codeMemory, message: "There was too little memory for the TLS record that the server sent (axTLS, in cores before 2.5)",
		fix: "Use a core from 3.0 on, whose TLS takes smaller buffers, and free memory before connecting"},
	{has: "stack smashing detected", code: "stack smashed", message: "A function wrote past the end of one of its own arrays",
		fix: "Look for an array or a sprintf that is too small in the function that the address tells"},
	{has: "stack overflow detected", code: "stack overflow", message: "The sketch's stack of 4 KB was not enough",
		fix: "Make big local arrays static or global, and look for functions that call themselves"},
	{has: "__yield", pattern: lazyregexp.New(`(?i)^\W*panic \S*:\d+ __yield`), code: "yield from a callback",
		message: "delay or yield was called where that can't be: in an interrupt, a timer's or a network callback",
		fix:     "Only set a flag in the callback, and do the work in loop"},
	{has: "panic ", pattern: lazyregexp.New(`(?i)^\W*panic (\S+:\d+) (\w+)`), code: "panic", message: "The core or a library stopped the sketch at $1, in $2",
		fix: "That line of its source tells which condition failed; most often memory ran out or a pointer was null"},
	{has: "abort called", pattern: lazyregexp.New(`(?i)^\W*abort called`), code: "abort", message: "Something stopped the sketch on purpose",
		fix: "The line before tells why; without one, suspect memory that ran out, and decode the stack"},
	{has: ">>>stack>>>", code: "stack dump", message: "Here follows what was on the stack when the sketch crashed", severity: problem.Note,
		fix: "Decode it with the .elf of this very build: PlatformIO's filter esp8266_exception_decoder, or the ESP Exception Decoder of the Arduino IDE"},
	{has: "csum err", pattern: lazyregexp.New(`^csum err$`), code: "flash checksum", message: "What stands in the flash is not the sketch that was written: its checksum is wrong", fix: fixFlashMode},
	{has: "flash read err", pattern: lazyregexp.New(`^flash read err, (\w+)`), code: "flash unreadable", message: "The ROM could not read the flash", fix: fixFlashMode},
	{has: "ets_main.c", pattern: lazyregexp.New(`^ets_main\.c\b`), code: "nothing to start", message: "The ROM found no sketch in the flash that it can start", fix: fixFlashMode},
	{has: "mem check fail", pattern: lazyregexp.New(`MEM CHECK FAIL!!!`), severity: problem.Note, code: "garbled start", message: "These are the ROM's start messages at another baud rate",
		fix: "Read them at 74880 baud if you want to know why the board restarts"},
}

const (
	codeMemory   = "out of memory"
	fixMemory    = "Use smaller TLS buffers where the server takes them, fewer Strings and static arrays, and print ESP.getFreeHeap() and ESP.getMaxFreeBlockSize() before the place"
	fixFlashMode = "Erase the flash and upload again with the right flash size, in mode dout or dio, with 3.3 V that holds and nothing connected to GPIO6 to GPIO11"
)

// updateErrors are the core's of an update over the network (Updater.cpp,
// printError): what is wrong, and what to do.
var updateErrors = [...][2]string{
	1:  {"the flash could not be written", "Try again with a better power supply; a worn or wrong flash chip stays broken"},
	2:  {"the flash could not be erased", "Try again with a better power supply; a worn or wrong flash chip stays broken"},
	3:  {"the flash could not be read", "Try again with a better power supply; a worn or wrong flash chip stays broken"},
	4:  {"the new sketch does not fit beside the one that runs", "Make the sketch smaller, choose a flash layout with a smaller file system, or upload it by cable"},
	5:  {"the size that was announced is no size of a sketch", "Send the .bin that the build made, whole"},
	6:  {"the data stopped coming", "Move the board nearer to the access point and try again"},
	7:  {"what arrived is not what was sent: the MD5 differs", "Try again; if it stays, send the .bin itself and not a packed or edited one"},
	8:  {"the flash is another size than the sketch that runs was built for", "Choose the board's real flash size and upload once by cable"},
	9:  {"the new sketch was built for another flash size", "Choose the board's real flash size and build again"},
	10: {"what arrived is no sketch: its first byte is not 0xE9", "Send the .bin of the build and nothing else; a web server that answers with a page does this, too"},
	11: {"the board was never restarted since it was flashed by cable", "Press RESET once, then update again"},
	12: {"the new sketch is not signed with the key that the board wants", "Sign it with that key, or upload it by cable"},
	13: {"nothing arrived", "Check the file's address and that it is not empty"},
	14: {"memory ran out", "Stop what the sketch does otherwise while it updates"},
	15: {"another update is going on", "Wait for it, or press RESET"},
}

var updateError = lazyregexp.New(`\bERROR\[(\d+)\]: .+`)

// update explains why an update over the network failed.
func (t text) update() []Explanation {
	m := updateError.Get().FindStringSubmatch(t.line)
	n := number(m, 1)
	if n == 0 || n >= len(updateErrors) {
		return nil
	}
	e := note(fmt.Sprintf("update error %d", n), "The update over the network failed: "+updateErrors[n][0], updateErrors[n][1])
	e.Text = sanitize.Clip(m[0], maxQuoted)
	return []Explanation{e}
}
