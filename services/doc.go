// Package services knows well-known places to post to, as data: the request that
// each of them takes, what its answers mean, how often it may be asked, and what
// bites boards there. Every fact names the page that it is from.
package services
