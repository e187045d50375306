// Package tuitest runs a whole Bubble Tea program in an emulated terminal, so that a test presses keys
// and reads the screen as a person would.
//
//	synctest.Test(t, func(t *testing.T) {
//		term := tuitest.Start(t, model, tuitest.Options{})
//		term.Type("example.org")
//		term.Press("enter")
//		term.WaitText("SHA-1")
//		term.Golden("certificate")
//		term.Quit()
//	})
//
// The program is a real [tea.Program]: its renderer writes escape sequences to an emulator of 80×24
// cells, and it reads the bytes that a terminal would send, through its own input parser.
//
// # Inside and outside of testing/synctest
//
// Inside a bubble time is fake and everything is deterministic: each method returns when the program
// has dealt with the input, a frame has been drawn and nothing is left to do at that instant.
//
// A command may talk to a real server from inside of a bubble. The clock stands still until it is done,
// so what it measures takes no time; the deadlines of its sockets run in real time, the timeouts of its
// contexts do not run. But whatever waits for a socket all the time, a server or a connection kept alive,
// must have been started outside, or the bubble never comes to rest.
//
// Outside of a bubble the methods return when the program has dealt with the input, and the screen
// follows within a frame. Read it there through [Terminal.WaitFor] or [Terminal.WaitText], which wake up
// on output and never sleep.
//
// # Traps, read from Bubble Tea 2.1 and its input reader
//
//   - A frame is drawn by a ticker, 60 times a second, and not by Update. In a bubble time passes only
//     while every goroutine is blocked, synctest.Wait alone lets none pass: the methods here let two
//     frames pass after their input. A program that ticks forever is fine; one that computes forever is not.
//   - A lone escape, and alt with a letter or digit, is held back by the input parser for 50 ms, in case
//     more of a sequence follows. Two keys written too fast become one. Press therefore waits until a key
//     has arrived in Update before it sends the next one.
//   - The first messages (ColorProfileMsg, WindowSizeMsg, EnvMsg) are sent by a goroutine each and arrive
//     in any order, around Init's own.
//   - The terminal answers queries (background colour, modes) on the program's input. If nobody takes the
//     answers while the renderer writes, both wait for each other; here they go through a queue.
//   - The renderer relies on the terminal driver's mapping of LF to CR LF. An emulator has no driver:
//     it is told by ESC [ 20 h.
//   - A legacy terminal cannot send every chord: ctrl+i is tab, ctrl+m is enter, and ctrl with a digit is
//     nothing at all. Press refuses what cannot be sent.
//   - Commands outlive the program. A tea.Tick that is pending at the end must run out, because the end of
//     a bubble stops its clock and calls what still waits a deadlock; Quit lets half a minute pass. A
//     command that waits for something else, and nobody cancels, fails the test: it is a leak.
//   - The input parser hands over events without a way out. One that arrives between the program's last
//     Update and its end blocks a goroutine forever; so no input is sent while another is on its way.
//   - The clock of a bubble begins on 1 January 2000, UTC. Certificates made by the real clock are not
//     valid then.
//   - After the end the terminal shows its main screen again, as a shell's user would see it.
package tuitest
