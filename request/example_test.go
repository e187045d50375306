package request_test

import (
	"fmt"

	"espost/request"
)

func ExampleParseTarget() {
	for _, typed := range []string{" https://Postman-Echo.com/post?x=1 ", "[::1]:8443", "http://thing.local:80", "ftp://x"} {
		target, err := request.ParseTarget(typed)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(target)
		for _, note := range target.Notes() {
			fmt.Println(" ", note.Message)
		}
	}
	// Output:
	// https://postman-echo.com/post?x=1
	// https://[::1]:8443/
	// https://thing.local/
	//   http:// and port 80 are not encrypted: https on port 443 is used instead
	// "ftp" is no scheme that espost speaks. Give an https:// URL or just the host.
}
