// The same room on socket.io: a server that asks a model on behalf of its room, and hands every token to everyone in it.
// As its documentation would have it written: one event per token. With a pace in milliseconds, tokens that come sooner
// are joined, which is what Midstream does for a page.

import { createServer } from "node:http";
import { Server } from "socket.io";

const [upstream, pace] = [process.argv[2], Number(process.argv[3] ?? 0)];
const server = createServer();
const io = new Server(server, { transports: ["websocket"] });

io.on("connection", (socket) => {
  const room = String(socket.handshake.query.room ?? "room");
  socket.join(room);
  socket.on("start", (prompt) => play(room, prompt).catch((error) => console.error(error)));
  socket.emit("joined");
});

/** Streams one answer into a room. */
async function play(room, prompt) {
  let [waiting, timer, sent, seq] = ["", null, 0, 0];
  const flush = () => {
    [timer, sent] = [null, performance.now()];
    io.to(room).emit("delta", { seq: ++seq, text: waiting });
    waiting = "";
  };
  const answer = await fetch(`${upstream}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: prompt }] }),
  });
  let line = "";
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (line + chunk).split("\n");
    line = lines.pop();
    for (const text of lines) {
      if (!text.startsWith("data: {")) continue;
      const token = JSON.parse(text.slice(6)).choices?.[0]?.delta?.content;
      if (!token) continue;
      waiting += token;
      const wait = sent + pace - performance.now();
      if (wait <= 0) flush();
      else timer ??= setTimeout(flush, wait);
    }
  }
  clearTimeout(timer);
  if (waiting) flush();
  io.to(room).emit("done");
}

server.listen(0, "127.0.0.1", () => console.log(`socket.io is at http://127.0.0.1:${server.address().port}/`));
