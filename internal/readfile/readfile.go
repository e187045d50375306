// Package readfile reads files that the user names, which may be anything: a
// folder, a pipe that nobody writes to, a device without end.
package readfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"espost/internal/descriptors"
)

// ErrFolder is why a folder isn't read.
var ErrFolder = errors.New("it is a folder")

// A LengthError says that a file is longer than what is read.
type LengthError struct{ Most int }

func (e *LengthError) Error() string { return fmt.Sprintf("it is longer than %d bytes", e.Most) }

// Read returns the content of a file of at most so many bytes. A pipe that
// nobody writes to is empty. The error is ErrFolder, a *LengthError or one of
// package os.
func Read(path string, most int) ([]byte, error) {
	release, err := descriptors.Take(context.Background(), 1)
	if err != nil {
		return nil, err
	}
	defer release()
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, ErrFolder
	}
	return All(f, most)
}

// All is Read for what is open already.
func All(r io.Reader, most int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err == nil && len(text) > most {
		return nil, &LengthError{most}
	}
	return text, err
}
