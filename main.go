// Command espost takes makers from an HTTPS address to ready-to-flash ESP8266 firmware.
package main

import "espost/cli"

func main() { cli.Main() }
