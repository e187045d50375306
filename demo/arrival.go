package demo

import "fmt"

func (e Entry) Summary() string { return fmt.Sprint(e.Method, " ", e.URI, " ", e.Status) }
