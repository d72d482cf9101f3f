// Eclipse Paho for Go, on which mqtt-benchmark is built: one client for each terminal.
//
// Options are the library's own, but that a lost connection is not made again.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// What is asked for: a line of JSON in the input.
type task struct {
	Port, Clients, Rate, Pending, First int
	Qos                                 byte
	Subscribe, Timers                   bool
	Topic, Filter, Message              string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		sayVersions()
		return
	}
	runtime.GOMAXPROCS(1) // one core, as everybody has; and a message costs less so
	input := bufio.NewReader(os.Stdin)
	line, err := input.ReadBytes('\n')
	check(err)
	var asked task
	check(json.Unmarshal(line, &asked))
	lag := run(&asked)
	_, err = io.Copy(io.Discard, input)
	check(err)
	say(map[string]any{"lag_p99_ms": lag()})
}

func run(asked *task) (lag func() any) {
	begun, begunCPU := time.Now(), cpuSeconds()
	clients := connected(asked)
	say(map[string]any{
		"ready":   len(clients),
		"seconds": time.Since(begun).Seconds(),
		"cpu_s":   cpuSeconds() - begunCPU,
	})
	switch {
	case asked.Rate == 0:
		// An idle crowd is asked for its memory, not for what connecting left behind.
		debug.FreeOSMemory()
		return func() any { return nil }
	case asked.Timers:
		return timed(asked, clients)
	default:
		return paced(asked, clients)
	}
}

// connected connects all clients, so many at once.
func connected(asked *task) []mqtt.Client {
	clients := make([]mqtt.Client, asked.Clients)
	numbers := make(chan int)
	var all sync.WaitGroup
	for range asked.Pending {
		all.Add(1)
		go func() {
			defer all.Done()
			for number := range numbers {
				clients[number] = connect(asked, number)
			}
		}()
	}
	for number := range clients {
		numbers <- number
	}
	close(numbers)
	all.Wait()
	return clients
}

func connect(asked *task, number int) mqtt.Client {
	options := mqtt.NewClientOptions().
		AddBroker(fmt.Sprintf("tcp://127.0.0.1:%d", asked.Port)).
		SetClientID(fmt.Sprintf("paho-go-%d", number)).
		SetProtocolVersion(4).
		SetAutoReconnect(false).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { check(err) })
	client := mqtt.NewClient(options)
	await(client.Connect())
	if asked.Subscribe {
		await(client.Subscribe(asked.named(asked.Filter, number), 1, nil))
	}
	return client
}

func (asked *task) named(pattern string, number int) string {
	return strings.Replace(pattern, "{}", fmt.Sprint(asked.First+number), 1)
}

func (asked *task) topics() []string {
	topics := make([]string, asked.Clients)
	for number := range topics {
		topics[number] = asked.named(asked.Topic, number)
	}
	return topics
}

// timed lets each client sleep until its next message is due, in a goroutine of its own.
func timed(asked *task, clients []mqtt.Client) (lag func() any) {
	interval := time.Second * time.Duration(asked.Clients) / time.Duration(asked.Rate)
	message, topics, begin := []byte(asked.Message), asked.topics(), time.Now()
	for number, client := range clients {
		due := begin.Add(interval * time.Duration(number) / time.Duration(asked.Clients))
		go func() {
			for {
				time.Sleep(time.Until(due))
				await(client.Publish(topics[number], asked.Qos, false, message))
				due = due.Add(interval)
			}
		}()
	}
	return func() any { return nil }
}

func await(token mqtt.Token) {
	token.Wait()
	check(token.Error())
}

func cpuSeconds() float64 {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

// sayVersions prints Go's version and Paho's.
func sayVersions() {
	built, _ := debug.ReadBuildInfo()
	for _, each := range built.Deps {
		if each.Path == "github.com/eclipse/paho.mqtt.golang" {
			fmt.Println(built.GoVersion, each.Version)
		}
	}
}

func say(words map[string]any) {
	check(json.NewEncoder(os.Stdout).Encode(words))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
