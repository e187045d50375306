// Package rig runs generated firmware on this computer: the sketch is compiled
// with g++ against a thin Arduino environment (board/README.md) whose TLS is real
// BearSSL, and talks to real servers.
//
// What was compiled is kept in the user's cache folder by the content of its
// sources, so that a test run compiles only what changed. For that to help, a
// sketch must be the same in each run: pin an Identity of this package, and give
// the board its server's port by Port instead of compiling it in.
//
// The tests that take long run where the environment variable ESPOST_TEST_ALL is
// 1, as make test sets it; there, missing programs are failures, too, and
// Sanitized means what it says.
package rig
