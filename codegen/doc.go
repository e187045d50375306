// Package codegen turns a Project into ready-to-flash ESP8266 firmware: one
// sketch folder that arduino-cli and PlatformIO build unchanged.
//
// Generate works in three steps, each in a file of its own: validate finds
// everything that is wrong with the project, build works out what the templates
// need (identifiers, sizes, which modules are on), render fills the templates
// in. The same project gives the same bytes, always.
//
// Every string in a Project is data. It reaches the sketch through literal
// (as a C++ string literal), never as code, as a comment or as a name.
//
// Nothing is read or written here: package sketchdir compares the files with a
// folder and writes them.
package codegen
