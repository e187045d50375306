// Package esp8266 is the board as data: what its TLS stack offers and accepts,
// how much memory a connection takes, what its error numbers mean, which boards
// there are and what a sketch can read on them. It does no I/O and knows no
// server; every fact names its source.
//
// Sources, by short name:
//
//   - "core": the ESP8266 Arduino core, 3.1.2 and later
//     (https://github.com/esp8266/Arduino), by file;
//   - "BearSSL": the BearSSL fork that the core builds (inc/ and src/);
//   - "measured": real BearSSL, set up as the core does, against OpenSSL 3.0 and
//     Go servers.
package esp8266
