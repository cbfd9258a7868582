package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"vitrine/retrieval"
)

func listen(t testing.TB, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("cannot listen on %s: %v", address, err)
	}
	return listener
}

func TestServeFinishesRequestsThatAreUnderWay(t *testing.T) {
	shop := newFakeShop(t)
	inside, release := make(chan struct{}), make(chan struct{})
	shop.before = func(*retrieval.Query) { close(inside); <-release }
	listener := listen(t, "127.0.0.1:0")
	ctx, stop := context.WithCancel(t.Context())
	served, answered := make(chan error), make(chan int)
	go func() { served <- Serve(ctx, listener, New(shop, Options{}), Reach{}) }()
	go func() {
		response, err := http.Get("http://" + listener.Addr().String() + "/api/v1/search?q=shoes")
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		answered <- response.StatusCode
	}()
	<-inside
	stop()
	close(release)
	if status := <-answered; status != 200 {
		t.Errorf("the request under way got %d", status)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve ended with %v", err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("the listener is still open")
	}
}

func TestServeRefusesAddressesThatOthersReach(t *testing.T) {
	listener := listen(t, "0.0.0.0:0")
	if err := Serve(t.Context(), listener, http.NotFoundHandler(), Reach{}); !errors.Is(err, ErrPublicAddress) {
		t.Errorf("Serve says %v", err)
	}
	if _, err := listener.Accept(); err == nil {
		t.Error("the listener was left open")
	}
}

func TestServeRefusesForeignHostNames(t *testing.T) {
	listener := listen(t, "127.0.0.1:0")
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, listener, New(newFakeShop(t), Options{}), Reach{Hosts: []string{"shop.example"}})
	}()
	for host, status := range map[string]int{"": 200, "rebound.example": 421, "Shop.example:443": 200, "sub.shop.example": 421} {
		r, err := http.NewRequest("GET", "http://"+listener.Addr().String()+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("host %q: %d, want %d", host, response.StatusCode, status)
		}
		if response.Header.Get("X-Request-Id") == "" {
			t.Errorf("host %q: the answer has no request id", host)
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestServeAnswersOthersWhereItMay(t *testing.T) {
	for _, c := range []struct {
		reach  Reach
		host   string
		status int
	}{{Reach{Public: true}, "192.0.2.1", 200}, {Reach{Public: true, Hosts: []string{"shop.example"}}, "192.0.2.1", 421}, {Reach{Public: true, Hosts: []string{"shop.example"}}, "shop.example", 200}} {
		listener := listen(t, "0.0.0.0:0")
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- Serve(ctx, listener, New(newFakeShop(t), Options{}), c.reach) }()
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		r, err := http.NewRequest("GET", "http://127.0.0.1:"+port+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%+v, host %s: %d", c.reach, c.host, response.StatusCode)
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}
