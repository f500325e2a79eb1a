// A stock Yjs client, as somebody would write one: yjs and y-websocket, nothing of ours. A test drives it by lines of
// JSON on standard input, and reads lines of JSON from its standard output.

import { createInterface } from "node:readline";

import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const [server, token] = process.argv.slice(2);
const doc = new Y.Doc();
const files = doc.getMap("files");
const provider = new WebsocketProvider(server, "yjs", doc, {
  protocols: ["midstream.yjs", `token.${token}`, `key.${doc.guid}`],
  WebSocketPolyfill: WebSocket,
  disableBc: true,
});
const denied = [];
console.warn = (...words) => denied.push(words.join(" "));
provider.on("connection-close", (event) => {
  if (event !== null) say({ closed: event.code });
});

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const fileOf = (path) => [...files.values()].find((file) => file.get("path") === path);
const textOf = (path) => fileOf(path)?.get("text");
const texts = () => Object.fromEntries([...files.values()].map((file) => [file.get("path"), file.get("text")?.toString()]));
const others = () =>
  [...provider.awareness.getStates().entries()].filter(([id]) => id !== doc.clientID).map(([, state]) => state);

// One step of the storm in each turn of the loop, so that what comes from elsewhere comes in between.
const storm = (path, edits, word) =>
  new Promise((done) => {
    let left = edits;
    const step = () => {
      const text = textOf(path);
      if (left % 3 === 0 && text.length > 20) text.delete(left % 10, 1);
      else text.insert((left * 7) % (text.length + 1), word);
      left -= 1;
      if (left > 0) setImmediate(step);
      else done();
    };
    step();
  });

const commands = {
  synced: () => new Promise((done) => (provider.synced ? done(true) : provider.once("sync", done))),
  texts,
  insert: ({ path, at, text }) => textOf(path).insert(at, text),
  create: ({ id, path, text }) =>
    files.set(id, new Y.Map([["path", path], ["text", new Y.Text(text)]])),
  storm: ({ path, edits, word }) => storm(path, edits, word),
  name: ({ name, color }) => provider.awareness.setLocalStateField("user", { name, color }),
  cursor: ({ path, from, to }) => {
    const [anchor, head] = [from, to].map((at) => Y.createRelativePositionFromTypeIndex(textOf(path), at));
    provider.awareness.setLocalStateField("cursor", {
      anchor: Y.relativePositionToJSON(anchor), head: Y.relativePositionToJSON(head),
    });
  },
  others: () =>
    others().map((state) => {
      const at = (place) =>
        place && Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(place), doc)?.index;
      return { name: state.user?.name, color: state.user?.color, at: at(state.cursor?.head) ?? null };
    }),
  denied: () => denied,
  id: () => doc.clientID,
  reconnect: () => {
    provider.disconnect();
    provider.connect();
  },
  away: () => provider.disconnect(),
  back: () => provider.connect(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...options } = JSON.parse(line);
  try {
    say({ answer: (await commands[command](options)) ?? null });
  } catch (error) {
    say({ error: String(error) });
  }
}
process.exit(0);
