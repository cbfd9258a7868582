//go:build unix

package catalog

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadPhotoReadsBelowItsRoot(t *testing.T) {
	root := t.TempDir()
	want := bytes.Repeat([]byte{7}, MaxPhotoBytes) // the largest there may be
	if err := os.MkdirAll(filepath.Join(root, "images"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "images", "1.jpg"), want, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("1.jpg", filepath.Join(root, "images", "inside.jpg")); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"images/1.jpg", "./images/../images/1.jpg", "images/inside.jpg"} {
		if got, err := ReadPhoto(t.Context(), Photo{Ref: ref, Root: root}); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", ref, len(got), err)
		}
	}
}

func TestReadPhotoRefuses(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.jpg")
	root := filepath.Join(outside, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, size := range map[string]int64{secret: 5, filepath.Join(root, "empty.jpg"): 0, filepath.Join(root, "large.jpg"): MaxPhotoBytes + 1} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"link.jpg": secret, "up": "..", "loop.jpg": "loop.jpg"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(root, "pipe.jpg"), 0o600); err != nil {
		t.Fatal(err)
	}

	tests := []struct {
		name  string
		photo Photo
		says  string
	}{
		{"a path that climbs", Photo{Ref: "../secret.jpg", Root: root}, "../secret.jpg"},
		{"a path that climbs back in and out", Photo{Ref: "a/../../secret.jpg", Root: root}, "secret.jpg"},
		{"a symbolic link to the outside", Photo{Ref: "link.jpg", Root: root}, "link.jpg"},
		{"a folder's link to the outside", Photo{Ref: "up/secret.jpg", Root: root}, "up/secret.jpg"},
		{"links in a circle", Photo{Ref: "loop.jpg", Root: root}, "loop.jpg"},
		{"an absolute path", Photo{Ref: secret, Root: root}, "--images"},
		{"a named pipe", Photo{Ref: "pipe.jpg", Root: root}, "not a regular file"},
		{"a folder", Photo{Ref: ".", Root: root}, "not a regular file"},
		{"a file that is too large", Photo{Ref: "large.jpg", Root: root}, "larger than 10 MB"},
		{"an empty file", Photo{Ref: "empty.jpg", Root: root}, "empty file"},
		{"an absent file", Photo{Ref: "absent.jpg", Root: root}, "absent.jpg is not in"},
		{"an absent folder", Photo{Ref: "a.jpg", Root: filepath.Join(root, "absent")}, "cannot be opened"},
		{"a URL", Photo{Ref: "HTTPS://x.test/a.jpg"}, "is a URL"},
		{"no path", Photo{Root: root}, "no path"},
		{"no folder", Photo{Ref: "a.jpg"}, "no folder"},
		{"a path with a zero byte", Photo{Ref: "a\x00.jpg", Root: root}, "cannot be read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, err := ReadPhoto(t.Context(), test.photo)
			if !errors.Is(err, ErrNoPhoto) || !strings.Contains(err.Error(), test.says) || data != nil {
				t.Errorf("got %d bytes, %v; want %q", len(data), err, test.says)
			}
		})
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ReadPhoto(cancelled, Photo{Ref: "empty.jpg", Root: root}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
