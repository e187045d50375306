// Package fleet is about many boards at once: it finds the profiles and sketches
// below a folder, and writes what was found out about their pins as a page of
// HTML, as a calendar and as metrics.
package fleet
