// Loads the page: the editor's glue first, which the wasm binds to, then the wasm. If something fails, the page
// says so in words instead of staying empty. The names are filled in by the build.

/** @param {string} text */
function say(text) {
  const box = document.createElement("p");
  box.setAttribute("role", "alert");
  box.className = "boot-failure";
  box.textContent = text;
  document.body.replaceChildren(box);
}

async function boot() {
  if (typeof WebAssembly !== "object") {
    say("Midstream needs WebAssembly, which this browser does not have or has switched off.");
    return;
  }
  // All three are asked for at once; only their order of use matters.
  const wasm = fetch(MIDSTREAM_PAGE.wasm, { credentials: "same-origin" });
  const module = import(MIDSTREAM_PAGE.wasmJs);
  await import(MIDSTREAM_PAGE.glue);
  const response = await wasm;
  if (!response.ok) throw new Error(`${response.status} for ${MIDSTREAM_PAGE.wasm}`);
  await (await module).default({ module_or_path: response });
}

boot().catch((error) => {
  console.error(error);
  say("Midstream could not be loaded. Check the connection to its server, then reload the page.");
});
