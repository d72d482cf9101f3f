package main

import (
	"sort"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

const (
	tick   = 5 * time.Millisecond
	warmUp = 2 * time.Second
)

// A turn is one wake-up, and the numbers of the messages that it sent.
type turn struct {
	at       time.Duration
	from, to int
}

// paced sends message i at instant i / rate, by one wake-up per tick.
func paced(asked *task, clients []mqtt.Client) (lag func() any) {
	var lock sync.Mutex
	var turns []turn
	message, topics := []byte(asked.Message), asked.topics()
	go func() {
		begin, sent := time.Now(), 0
		for {
			at := time.Since(begin)
			due := int(at.Seconds() * float64(asked.Rate))
			lock.Lock()
			turns = append(turns, turn{at, sent, due})
			lock.Unlock()
			for ; sent < due; sent++ {
				number := sent % asked.Clients
				clients[number].Publish(topics[number], asked.Qos, false, message)
			}
			time.Sleep(tick - time.Since(begin)%tick)
		}
	}()
	return func() any {
		lock.Lock()
		defer lock.Unlock()
		return lagP99Ms(turns, asked.Rate)
	}
}

// lagP99Ms tells by how much messages were late, 99th percentile, once the start is over.
func lagP99Ms(turns []turn, rate int) any {
	var lateMs []float64
	for _, each := range turns {
		for number := each.from; each.at >= warmUp && number < each.to; number++ {
			lateMs = append(lateMs, each.at.Seconds()*1e3-float64(number)*1e3/float64(rate))
		}
	}
	if len(lateMs) == 0 {
		return nil
	}
	sort.Float64s(lateMs)
	return lateMs[len(lateMs)*99/100]
}
