// Package filelock locks files for one process, by locks that end with the process.
package filelock
