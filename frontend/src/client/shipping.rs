//! Files in and out by HTTP: downloads, the clipboard, and what a person brings in.

use std::rc::Rc;

use gloo_net::http::{Request, RequestBuilder, Response};
use leptos::prelude::*;
use protocol::files::ImportAnswer;
use protocol::http::Problem;
use protocol::{ErrorCode, FileId, ImportId};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, DragEvent, File, FormData, HtmlAnchorElement, Url};

use super::{Client, dropping};
use crate::shipping::{self, Meant};

/// What a person is told when nothing comes back.
const SILENT: &str = "The server did not answer. Is it still running?";

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Export {
    /// All files.
    Zip,
    /// What has changed since a point, as the wire names it.
    Patch(String),
    /// One file, and what it is called.
    File(FileId, String),
    /// A page that needs no other file.
    Page,
}

/// A file on the person's disk.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// With the folders that were chosen with it.
    pub path: String,
    /// The file.
    pub file: File,
}

impl Export {
    fn route(&self) -> String {
        let escaped = |text: &str| String::from(js_sys::encode_uri_component(text));
        match self {
            Export::Zip => "export/zip".to_owned(),
            Export::Patch(from) => format!("export/patch?from={}", escaped(from)),
            Export::File(file, _) => format!("export/file?file={}", escaped(file.as_str())),
            Export::Page => "export/page".to_owned(),
        }
    }
}

impl Client {
    /// Downloads something.
    pub fn export(self: &Rc<Self>, what: Export) {
        let Some(request) = self.request(Request::get, &what.route()) else { return };
        let client = Rc::clone(self);
        self.busy("Packing…");
        spawn_local(async move {
            let done = async {
                let answer = sent(request.build()).await?;
                let named = answer.headers().get("content-disposition").and_then(|value| file_name(&value));
                let bytes = answer.binary().await.map_err(|_| SILENT.to_owned())?;
                let name = match what {
                    Export::File(_, name) => name,
                    _ => named.unwrap_or_else(|| "midstream".to_owned()),
                };
                save(&name, &bytes).ok_or("The browser did not take the download.")?;
                Ok(format!("{name} is downloaded: {}.", shipping::size(bytes.len() as u64)))
            };
            client.finished(done.await);
        });
    }

    /// Puts the patch since a point on the clipboard.
    pub fn copy_patch(self: &Rc<Self>, from: &str) {
        let Some(request) = self.request(Request::get, &Export::Patch(from.to_owned()).route()) else { return };
        let client = Rc::clone(self);
        self.busy("Making the patch…");
        spawn_local(async move {
            let done = async {
                let text = sent(request.build()).await?.text().await.map_err(|_| SILENT.to_owned())?;
                if text.is_empty() {
                    return Ok("Nothing has changed since then: there is no patch.".to_owned());
                }
                let copied = JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
                copied.map_err(|_| "The browser did not give the clipboard. Download the patch instead.".to_owned())?;
                Ok(format!("The patch is on the clipboard: {} lines.", text.lines().count()))
            };
            client.finished(done.await);
        });
    }

    /// Brings in what was dropped: its folders are read first.
    pub fn dropped(self: &Rc<Self>, event: &DragEvent) {
        let Some(transfer) = event.data_transfer() else { return };
        if !self.may_edit() {
            return;
        }
        // Only while the event lasts can it be asked what there is.
        let entries = dropping::entries(&transfer);
        let client = Rc::clone(self);
        self.busy("Reading what was dropped…");
        spawn_local(async move {
            match dropping::files(entries).await {
                Ok(chosen) => client.bring_in(chosen),
                Err(problem) => client.finished(Err(problem)),
            }
        });
    }

    /// Brings files in.
    pub fn bring_in(self: &Rc<Self>, chosen: Vec<Chosen>) {
        if !self.may_edit() {
            return;
        }
        let paths: Vec<String> = chosen.iter().map(|one| one.path.clone()).collect();
        let name = shipping::name(&paths);
        let (body, kind, count) = match shipping::meant(&paths) {
            Meant::Zip(at) => (chosen.get(at).map(|one| JsValue::from(one.file.clone())), Some("application/zip"), 0),
            Meant::Patch(at) => (chosen.get(at).map(|one| JsValue::from(one.file.clone())), Some("text/x-patch"), 0),
            Meant::Files(files) => (form(&chosen, &files), None, files.len()),
            Meant::Nothing => {
                return self.finished(Err("There is nothing in it that belongs to a project.".to_owned()));
            }
        };
        let escaped = String::from(js_sys::encode_uri_component(&name));
        let request = self.request(Request::post, &format!("import?name={escaped}"));
        let (Some(request), Some(body)) = (request, body) else { return };
        let request = match kind {
            Some(kind) => request.header("Content-Type", kind),
            None => request,
        };
        let client = Rc::clone(self);
        self.busy(&match count {
            0 => format!("Bringing in {name}…"),
            1 => "Bringing in 1 file…".to_owned(),
            many => format!("Bringing in {many} files…"),
        });
        spawn_local(async move {
            let done = async {
                let answer = sent(request.body(body)).await?;
                let answer: ImportAnswer =
                    answer.json().await.map_err(|_| "The server's answer could not be read.".to_owned())?;
                Ok(shipping::answered(&name, &answer))
            };
            client.finished(done.await);
        });
    }

    /// Takes an import back.
    pub fn take_back(self: &Rc<Self>, import: ImportId) {
        let Some(request) = self.request(Request::delete, &format!("imports/{import}")) else { return };
        let client = Rc::clone(self);
        self.busy("Taking it back…");
        spawn_local(async move {
            let done = sent(request.build()).await;
            client.finished(done.map(|_| "The import is taken back. What was written into it since stays.".to_owned()));
        });
    }

    /// Has a picture's address ready.
    pub fn picture(&self, file: &FileId, kind: &'static str, shown: RwSignal<Option<String>>) {
        let route = Export::File(file.clone(), String::new()).route();
        let Some(request) = self.request(Request::get, &route) else { return };
        spawn_local(async move {
            let Ok(answer) = sent(request.build()).await else { return };
            let Ok(bytes) = answer.binary().await else { return };
            if let Some(url) = address(&bytes, kind)
                && shown.try_set(Some(url.clone())).is_some()
            {
                // Whoever wanted it is gone.
                let _ = Url::revoke_object_url(&url);
            }
        });
    }

    fn request(&self, method: fn(&str) -> RequestBuilder, route: &str) -> Option<RequestBuilder> {
        let link = self.link.borrow();
        let (session, token) = link.address()?;
        let request = method(&format!("/api/sessions/{session}/{route}"));
        let request = request.header("Authorization", &format!("Bearer {token}"));
        Some(match link.participant() {
            Some((id, key)) => request.header("Midstream-Participant", &format!("{id} {key}")),
            None => request,
        })
    }

    fn busy(&self, what: &str) {
        self.store.ship.outcome.set(None);
        self.store.ship.busy.set(Some(what.to_owned()));
    }

    /// What became of it: in the dialog where that is shown, and else as a notice.
    fn finished(&self, outcome: Result<String, String>) {
        let ship = self.store.ship;
        ship.busy.set(None);
        let (went_well, text) = match outcome {
            Ok(text) => (true, text),
            Err(text) => (false, text),
        };
        if ship.open.get_untracked() {
            ship.outcome.set(Some((went_well, text)));
        } else {
            self.notify((!went_well).then_some(ErrorCode::BadImport), text);
        }
    }
}

/// The answer, if it is a good one; else what the server says is wrong.
async fn sent(request: Result<Request, gloo_net::Error>) -> Result<Response, String> {
    let request = request.map_err(|error| error.to_string())?;
    let answer = request.send().await.map_err(|_| SILENT.to_owned())?;
    if answer.ok() {
        return Ok(answer);
    }
    let problem = answer.json::<Problem>().await;
    Err(problem.map_or_else(|_| format!("The server refused: {}", answer.status()), |problem| problem.message))
}

/// The files as a form: their paths first, since a form's own names take no odd ones.
fn form(chosen: &[Chosen], files: &[(usize, String)]) -> Option<JsValue> {
    let form = FormData::new().ok()?;
    let paths: Vec<&str> = files.iter().map(|(_, path)| path.as_str()).collect();
    form.append_with_str("paths", &serde_json::to_string(&paths).ok()?).ok()?;
    for (at, _) in files {
        form.append_with_blob_and_filename("file", &chosen.get(*at)?.file, "file").ok()?;
    }
    Some(form.into())
}

fn file_name(disposition: &str) -> Option<String> {
    let start = disposition.find("filename=\"")? + "filename=\"".len();
    let rest = disposition.get(start..)?;
    Some(rest.get(..rest.find('"')?)?.to_owned())
}

/// An address for bytes, until it is revoked.
fn address(bytes: &[u8], kind: &str) -> Option<String> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// Hands bytes to the browser as a download.
fn save(name: &str, bytes: &[u8]) -> Option<()> {
    /// How long the browser may take to begin with it, in milliseconds.
    const BEGUN_WITHIN: u32 = 60_000;
    let url = address(bytes, "application/octet-stream")?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    gloo_timers::callback::Timeout::new(BEGUN_WITHIN, move || drop(Url::revoke_object_url(&url))).forget();
    Some(())
}
