package catalog

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMain lets the test binary play the other process: with childVariable set it does what that
// names and runs no tests.
func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		if err := childJobs[job](os.Getenv(childDirVariable)); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const (
	childVariable    = "CATALOG_TEST_JOB"
	childDirVariable = "CATALOG_TEST_DIR"
)

var childJobs = map[string]func(dir string) error{
	"lock":  lockAndWait,
	"write": writeForEver,
}

// lockAndWait holds the directory's lock until it is killed or its input ends.
func lockAndWait(dir string) error {
	if _, err := LockDir(dir); err != nil {
		return err
	}
	fmt.Println("locked")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	return nil
}

// writeForEver stores transactions of batchSize products and says the number of each when it is stored.
func writeForEver(dir string) error {
	ctx := context.Background()
	store, err := Open(ctx, dir)
	if err != nil {
		return err
	}
	for batch := 0; ; batch++ {
		var products []Product
		for i := range batchSize {
			products = append(products, Product{ID: fmt.Sprintf("%06d-%04d", batch, i), Title: strings.Repeat("x", 200)})
		}
		if _, err := store.Apply(ctx, products); err != nil {
			return err
		}
		fmt.Println("stored", batch)
	}
}

const batchSize = 300

// child is a process that does one of childJobs.
type child struct {
	cmd    *exec.Cmd
	output *bufio.Scanner
}

func startChild(t *testing.T, job, dir string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+job, childDirVariable+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd, output: bufio.NewScanner(stdout)}
	t.Cleanup(func() {
		_ = stdin.Close()
		c.kill()
	})
	return c
}

// line returns the next line that the child writes; "" after the last.
func (c *child) line() string {
	if !c.output.Scan() {
		return ""
	}
	return c.output.Text()
}

// kill ends the child as kill -9 does and waits for its end.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}
