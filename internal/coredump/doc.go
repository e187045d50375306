// Package coredump keeps the process's memory, and with it passwords and tokens,
// out of core files.
package coredump
