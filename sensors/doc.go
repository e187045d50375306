// Package sensors is the catalogue of sensors as data: what each measures, how
// it is wired, which library reads it and with which calls. It does no I/O.
//
// A sensor's quantity is a source like the board's own: dht22.temperature. Info,
// Named and Sources know both kinds.
//
// The C++ of a Device is written for package codegen, with words in braces that
// it fills in:
//
//	{id}            the device's variable
//	{pin} {pin2}    GPIO numbers
//	{address}       the I²C address
//	{index}         its place among several on one pin, from 0
//	{volts}         what A0 reads 1023 at
//	{temperature} … the variable of that quantity
//
// Each library was looked up by its header; Library.Source names file, version
// and commit, all read on 2026-11-25.
package sensors
