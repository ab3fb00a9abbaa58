package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The server of the command answers until it is told to end, and then ends by itself.
func TestServe(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Logf("no signals or no network on %s", runtime.GOOS)
		return
	}
	path := modelIn(t, "--data", data("csv_two_units.csv"), "--hidden=", "--lr", "3")
	cmd := command(t, nil, "serve", path, "--listen", "127.0.0.1:0", "--drain", "0.01")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(stderr)
	require.True(t, lines.Scan())
	_, url, ok := strings.Cut(lines.Text(), " on ")
	require.True(t, ok, lines.Text())
	r, err := http.Post(url+"/predict", "application/json", strings.NewReader(`{"rows": [[20, 20000], {"income": 53000, "age_years": 31}]}`))
	require.NoError(t, err)
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	r.Body.Close()
	require.Regexp(t, `^\{"answers":\[\{"class":"0",.*\{"class":"1",`, string(b))

	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.True(t, lines.Scan())
	require.Equal(t, "all requests are answered", lines.Text())
	require.NoError(t, cmd.Wait())
}

func TestServeFails(t *testing.T) {
	path := modelIn(t, "--epochs", "1")
	for args, c := range map[string]struct {
		want string
		code int
	}{
		"--listen here":          {`--listen "here": address here: missing port`, exitUsage},
		"--max-rows 0":           {"--max-rows 0: want at least 1", exitUsage},
		"--timeout -1":           {"--timeout -1: want 0.001 to 3600 seconds", exitUsage},
		"--listen 203.0.113.1:1": {"203.0.113.1:1", exitFailed},
	} {
		r := nabla(t, append([]string{"serve", path}, strings.Fields(args)...)...)
		require.Equal(t, c.code, r.code, r.stderr)
		require.Contains(t, r.stderr, c.want)
	}
}
