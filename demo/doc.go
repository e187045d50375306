// Package demo is an HTTPS server to try espost on, with certificates of its
// own. It answers forms as https://postman-echo.com does, so that what is tried
// here works there, and it needs no network and no account.
//
// The keys exist in memory only; each Start makes new ones.
package demo
