package serve_test

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/model/serve"
)

//go:embed testdata/xor.safetensors
var xor []byte

// A service of one's own, with a model that is part of the program.
func Example() {
	file, err := model.Parse(xor)
	if err != nil {
		log.Fatal(err)
	}
	predictions, err := serve.New(file, serve.Options{MaxRows: 100})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/xor/", http.StripPrefix("/xor", predictions)) // beside what else it serves
	server := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	go func() {
		ask("http://" + listener.Addr().String() + "/xor/predict")
		stop() // as SIGTERM would
	}()
	go server.Serve(listener)

	<-ctx.Done()
	predictions.Drain()
	server.Shutdown(context.Background())
	predictions.Close()
	fmt.Println("all requests are answered")
	// Output:
	// {"answers":[{"class":"yes","outputs":[0.005118127,0.9948073]},{"class":"no","outputs":[0.99727225,0.0027450442]}]}
	// all requests are answered
}

// ask is a client.
func ask(url string) {
	r, err := http.Post(url, "application/json", strings.NewReader(`{"rows": [[0, 1], [1, 1]]}`))
	if err != nil {
		log.Fatal(err)
	}
	defer r.Body.Close()
	answer, _ := io.ReadAll(r.Body)
	fmt.Print(string(answer))
}
