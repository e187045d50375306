package esp8266

import "fmt"

// HTTPStatus explains a status that keeps a form from arriving.
func HTTPStatus(code int) (ErrorInfo, bool) { return find("HTTP", httpStatuses[:], code) }

// HTTPFailure is HTTPStatus for what is known to be an answer: a 4xx or 5xx that
// nobody knows means what its class does (RFC 9110 §15).
func HTTPFailure(code int) (ErrorInfo, bool) {
	info, ok := HTTPStatus(code)
	if class := code / 100; !ok && (class == 4 || class == 5) {
		info, ok = statusClasses[class-4].info("HTTP"), true
		info.Code, info.Name = code, fmt.Sprintf("HTTP %d", code)
	}
	return info, ok
}

// statusClasses are 4xx and 5xx.
var statusClasses = [...]explanation[int]{
	{400, "Client Error", "The server refuses the request.",
		"Read the answer's body, which usually says why, and compare the request with the server's documentation."},
	{500, "Server Error", "The server, or a proxy in front of it, failed.",
		"Try again later, and look at the server's log."},
}

// httpStatuses are the answers that keep a form from arriving (RFC 9110 §15,
// RFC 6585 §4), with what they mean for a board.
var httpStatuses = [...]explanation[int]{
	{301, "Moved Permanently", "The server sends the board to another address, and HTTPClient doesn't follow with the form.",
		"Put the address of the Location header into espost and generate again."},
	{302, "Found", "The server sends the board to another address, and HTTPClient doesn't follow with the form.",
		"Put the address of the Location header into espost and generate again."},
	{303, "See Other", "The server sends the board to another address, and HTTPClient doesn't follow with the form.",
		"Put the address of the Location header into espost and generate again."},
	{307, "Temporary Redirect", "The server sends the board to another address, and HTTPClient doesn't follow with the form.",
		"Put the address of the Location header into espost and generate again."},
	{308, "Permanent Redirect", "The server sends the board to another address, and HTTPClient doesn't follow with the form.",
		"Put the address of the Location header into espost and generate again."},
	{400, "Bad Request", "The server doesn't understand the request.",
		"Compare the form's names, values and encoding with what the server's documentation asks for."},
	{401, "Unauthorized", "The server wants credentials, or other ones.",
		"Check the header or field that carries the key."},
	{403, "Forbidden", "The server understands and refuses.",
		"Check the key and what it is allowed to do."},
	{404, "Not Found", "There is nothing at that path.",
		"Check the path of the target."},
	{405, "Method Not Allowed", "The path exists, but it doesn't take this method.",
		"Use the method that the server's documentation names: POST, PUT or PATCH."},
	{411, "Length Required", "The server wants to know the body's length beforehand.",
		"Send a Content-Length, as HTTPClient's POST does by itself."},
	{413, "Content Too Large", "The form is longer than the server takes.",
		"Send fewer or shorter fields."},
	{415, "Unsupported Media Type", "The server doesn't take this encoding.",
		"Switch the form's encoding between form and json."},
	{422, "Unprocessable Content", "The server reads the form, but a field is missing or wrong.",
		"Compare names and values with what the server's documentation asks for."},
	{429, "Too Many Requests", "The board posts more often than the server allows.",
		"Post less often."},
	{500, "Internal Server Error", "The server failed.",
		"Look at the server's log."},
	{502, "Bad Gateway", "A proxy in front of the server got no proper answer from it.",
		"Try again later, and look at the server's log."},
	{503, "Service Unavailable", "The server is overloaded or being maintained.",
		"Try again later."},
	{504, "Gateway Timeout", "A proxy in front of the server waited for it in vain.",
		"Try again later, and look at the server's log."},
}
