//! One element, looked for anew at every use: a page may replace it at any time.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::page::{PATIENCE, Page};

/// A way to find one element. Every use waits until there is exactly one.
#[derive(Clone)]
pub struct Locator<'a> {
    page: &'a Page,
    what: String,
    /// A JavaScript expression: an array of elements.
    all: String,
}

impl<'a> Locator<'a> {
    pub(super) fn new(page: &'a Page, what: String, call: String) -> Locator<'a> {
        Locator { page, what, all: format!("midstreamFind.{call}") }
    }

    /// Clicks its middle with the mouse, once a click there would reach it.
    pub async fn click(&self) -> Result<()> {
        self.click_along(0.5).await
    }

    /// Clicks it with the mouse so far along its width, from 0 to 1. A press from under which the page moves it away
    /// reaches nothing, and is made again.
    pub async fn click_along(&self, share: f64) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let place = self.when("midstreamFind.aimed(element)", "clickable", PATIENCE).await?;
            let [x, y, width] = ["x", "y", "width"].map(|key| place.get(key).and_then(Value::as_f64));
            let (x, y) = x.zip(y).context("a place has two axes")?;
            self.press_there(x + (share - 0.5) * width.unwrap_or_default(), y).await?;
            // No answer: the click led to another page.
            if self.page.eval("midstreamFind.landed()").await.unwrap_or(true) {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{} moves away from under every click", self.what);
        }
    }

    async fn press_there(&self, x: f64, y: f64) -> Result<()> {
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let buttons = u8::from(kind == "mousePressed");
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let event = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 });
            self.page.command("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// Moves the mouse over it.
    pub async fn hover(&self) -> Result<()> {
        let place = self.when("midstreamFind.clickable(element)", "reachable", PATIENCE).await?;
        let event = json!({ "type": "mouseMoved", "x": place.get("x"), "y": place.get("y") });
        self.page.command("Input.dispatchMouseEvent", event).await.map(drop)
    }

    /// Gives it the focus.
    pub async fn focus(&self) -> Result<()> {
        self.when("(element.focus(), element.contains(document.activeElement))", "focused", PATIENCE).await.map(drop)
    }

    /// Waits until it is visible.
    pub async fn seen(&self) -> Result<()> {
        self.seen_within(PATIENCE).await
    }

    /// Waits until it is visible, for so long at most.
    pub async fn seen_within(&self, patience: Duration) -> Result<()> {
        self.when("true", "visible", patience).await.map(drop)
    }

    /// Waits until there is none.
    pub async fn gone(&self) -> Result<()> {
        let condition = format!("{}.length === 0", self.all);
        self.page.until(&format!("{} gone", self.what), &condition, PATIENCE).await.map(drop)
    }

    /// Waits until its text contains `text`.
    pub async fn says(&self, text: &str) -> Result<()> {
        let condition = format!("(element.value ?? element.innerText).includes({})", json!(text));
        self.when(&condition, &format!("saying {text:?}"), PATIENCE).await.map(drop)
    }

    /// Waits until `condition`, a JavaScript expression over `element`, is truthy.
    pub async fn until(&self, condition: &str) -> Result<()> {
        self.when(condition, condition, PATIENCE).await.map(drop)
    }

    /// Its text as a person reads it; the value of a field.
    pub async fn text(&self) -> Result<String> {
        self.eval("element.value ?? element.innerText").await
    }

    /// An attribute of it.
    pub async fn attribute(&self, name: &str) -> Result<Option<String>> {
        self.eval(&format!("element.getAttribute({})", json!(name))).await
    }

    /// Whether it has the focus, or holds what has it.
    pub async fn is_focused(&self) -> Result<bool> {
        self.eval("element.contains(document.activeElement)").await
    }

    /// The value of a JavaScript expression over `element`.
    pub async fn eval<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let value = self.when(&format!("{{ value: ({expression}) }}"), "there", PATIENCE).await?;
        Ok(serde_json::from_value(value.get("value").cloned().unwrap_or_default())?)
    }

    /// How many there are now, without waiting.
    pub async fn count(&self) -> Result<usize> {
        self.page.eval(&format!("{}.length", self.all)).await
    }

    /// Waits until there is exactly one and `condition` over it is truthy; returns the condition's value.
    async fn when(&self, condition: &str, state: &str, patience: Duration) -> Result<Value> {
        let condition = format!("((all) => all.length === 1 && ((element) => ({condition}))(all[0]))({})", self.all);
        self.page.until(&format!("one {} {state}", self.what), &condition, patience).await
    }
}
