// mqtt.js: one client for each terminal; connects as fast as it can, then sends what is paced.
//
// Options are the library's own, but that a lost connection is not made again.
"use strict";

const path = require("node:path");
const readline = require("node:readline");
const { connect } = require(path.join(__dirname, "../../build/peers/node_modules/mqtt"));

const TICK_MS = 5;
const WARM_UP_MS = 2_000;

function say(words) {
  process.stdout.write(JSON.stringify(words) + "\n");
}

function now() {
  return performance.now();
}

async function run(task) {
  const begunMs = now();
  const begunCpu = process.cpuUsage();
  const clients = await connected(task);
  const cpu = process.cpuUsage(begunCpu);
  say({
    ready: clients.length,
    seconds: (now() - begunMs) / 1e3,
    cpu_s: (cpu.user + cpu.system) / 1e6,
  });
  if (!task.rate) {
    global.gc(); // an idle crowd is asked for its memory, not for what connecting left behind
    return () => null;
  }
  return (task.timers ? timed : paced)(task, sending(task, clients));
}

// Connects all clients, so many at once.
async function connected(task) {
  const clients = new Array(task.clients);
  let next = 0;
  const connectNext = async () => {
    while (next < task.clients) {
      const number = next++;
      clients[number] = await connectOne(task, number);
    }
  };
  await Promise.all(Array.from({ length: task.pending }, connectNext));
  return clients;
}

function connectOne(task, number) {
  return new Promise((resolve) => {
    const client = connect({
      host: "127.0.0.1",
      port: task.port,
      clientId: `mqttjs-${number}`,
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    client.once("error", fail);
    client.once("close", () => fail(new Error(`client ${number} lost its connection`)));
    client.once("connect", () => {
      if (!task.subscribe) return resolve(client);
      const filter = named(task.filter, task, number);
      client.subscribe(filter, { qos: 1 }, (error) => (error ? fail(error) : resolve(client)));
    });
  });
}

function fail(error) {
  console.error(error.message);
  process.exit(1);
}

function named(pattern, task, number) {
  return pattern.replace("{}", task.first + number);
}

// How client `number` sends its message.
function sending(task, clients) {
  const topics = clients.map((_, number) => named(task.topic, task, number));
  const message = Buffer.from(task.message);
  const options = { qos: task.qos };
  return (number) => clients[number].publish(topics[number], message, options);
}

// Message i at instant i / rate, by one wake-up per tick; returns what tells how late they were.
function paced(task, send) {
  const turns = [];
  const begunMs = now();
  let sent = 0;
  const tick = () => {
    const atMs = now() - begunMs;
    const due = Math.floor((atMs * task.rate) / 1e3);
    turns.push([atMs, sent, due]);
    for (; sent < due; sent++) send(sent % task.clients);
    setTimeout(tick, Math.ceil(TICK_MS - ((now() - begunMs) % TICK_MS)));
  };
  tick();
  return () => {
    const lateMs = [];
    for (const [atMs, from, to] of turns)
      if (atMs >= WARM_UP_MS)
        for (let i = from; i < to; i++) lateMs.push(atMs - (i * 1e3) / task.rate);
    return lateMs.sort((a, b) => a - b)[Math.floor(lateMs.length * 0.99)] ?? null;
  };
}

// A timer of its own for each client, by absolute deadlines.
function timed(task, send) {
  const intervalMs = (task.clients * 1e3) / task.rate;
  const begunMs = now();
  const sendAt = (number, dueMs) =>
    setTimeout(() => {
      send(number);
      sendAt(number, dueMs + intervalMs);
    }, dueMs - now());
  for (let number = 0; number < task.clients; number++)
    sendAt(number, begunMs + (number * 1e3) / task.rate);
  return () => null;
}

function main() {
  const input = readline.createInterface({ input: process.stdin });
  let lagP99Ms;
  input.once("line", (line) => {
    lagP99Ms = run(JSON.parse(line));
  });
  input.once("close", async () => {
    say({ lag_p99_ms: (await lagP99Ms)() });
    process.exit(0);
  });
}

main();
