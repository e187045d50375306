// Package profile is the saved work on one device: the target, how its server
// is known, the form and the firmware's options. Each step reads and fills in a
// Profile; Save and Load keep it in a file, espost.yaml, that people may edit,
// keep under version control and check from cron.
//
// The file never holds a secret: neither the Wi-Fi password nor the value of a
// field or header that is marked as secret.
package profile
