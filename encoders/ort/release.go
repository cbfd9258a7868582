package ort

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const releasesURL = "https://github.com/microsoft/onnxruntime/releases/download/v" + Version

// releaseHosts are where GitHub answers from; a redirect to anywhere else is refused.
var releaseHosts = []string{"github.com", "objects.githubusercontent.com", "release-assets.githubusercontent.com"}

func releasesClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	transport.ResponseHeaderTimeout = 30 * time.Second
	return &http.Client{Transport: transport, CheckRedirect: stayOnGitHub}
}

func stayOnGitHub(request *http.Request, via []*http.Request) error {
	if len(via) > 3 || request.URL.Scheme != "https" || !slices.Contains(releaseHosts, request.URL.Hostname()) {
		return fmt.Errorf("a redirect to %s is not followed", request.URL.Redacted())
	}
	return nil
}

// fromRelease downloads this platform's release archive, whose checksum is known beforehand, and takes the
// library from it.
func (f fetcher) fromRelease(ctx context.Context, p platform, staging string) (string, error) {
	if p.release.name == "" {
		return "", errors.New("github.com: the release archive of this platform has no pinned checksum here and is not fetched")
	}
	downloaded := filepath.Join(staging, p.release.name)
	if err := f.download(ctx, p.release, downloaded); err != nil {
		return "", fmt.Errorf("github.com: %w", err)
	}
	extract := extractTar
	if strings.HasSuffix(p.release.name, ".zip") {
		extract = extractZip
	}
	staged := filepath.Join(staging, "from-release")
	if err := extract(downloaded, p.release.library, staged); err != nil {
		return "", fmt.Errorf("github.com: %w", err)
	}
	return staged, nil
}

func (f fetcher) download(ctx context.Context, a archive, to string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.releases+"/"+a.name, nil)
	if err != nil {
		return err
	}
	response, err := f.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", request.URL, response.Status)
	}
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	defer file.Close()

	hash := sha256.New()
	// One byte more than expected is enough to see that it is another file.
	body := &counted{from: io.LimitReader(response.Body, a.bytes+1), total: a.bytes, progress: f.progress}
	n, err := io.Copy(io.MultiWriter(file, hash), body)
	if err != nil {
		return fmt.Errorf("%s broke off after %d of %d bytes: %w", a.name, n, a.bytes, err)
	}
	if n != a.bytes {
		return fmt.Errorf("%s has not the expected %d bytes", a.name, a.bytes)
	}
	return matches(a.name, hex.EncodeToString(hash.Sum(nil)), a.sha256)
}

// counted reports what passes through it.
type counted struct {
	from        io.Reader
	done, total int64
	progress    func(done, total int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.done += int64(n)
	c.progress(min(c.done, c.total), c.total)
	return n, err
}
