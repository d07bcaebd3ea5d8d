//! A browser as a visitor uses it: by what is written on the page, never by ids or classes.
//!
//! Everything that is looked for is waited for, within bounds. What is not found ends the test with what the page offers
//! instead, and with a picture of it in `target/screenshots`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::webdriver::Session;

/// How long something may take to appear, unless a story says otherwise.
const PATIENCE: Duration = Duration::from_secs(15);

const AXE: &str = include_str!("vendor/axe.min.js");

/// Finds what carries a name, among what `arguments[1]` selects within `arguments[0]`; an exact name goes before one that
/// goes on after a space, and that before one that only begins so. Returns the finds and, for who searched in vain, all the names.
const FIND: &str = r#"
const [scope, selector, wanted] = arguments;
const plain = text => (text || '').replace(/\s+/g, ' ').trim();
const nameOf = e => {
    const labelled = (e.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id));
    return plain(e.getAttribute('aria-label'))
        || plain(labelled.map(l => l ? l.textContent : '').join(' '))
        || plain([...(e.labels || [])].map(l => l.innerText).join(' '))
        || (e.matches('input') ? plain(e.value) : plain(e.innerText || e.textContent));
};
const reachable = e => !e.disabled && (e.checkVisibility() || [...(e.labels || [])].some(l => l.checkVisibility()));
const root = document.querySelector(scope);
const all = root ? [...root.querySelectorAll(selector)].filter(reachable) : [];
const ways = [name => name === wanted, name => name.startsWith(wanted + ' '), name => name.startsWith(wanted)];
const found = ways.map(fits => all.filter(e => fits(nameOf(e)))).find(some => some.length) || [];
return [found, all.map(nameOf)];
"#;

pub struct Browser {
    session: Session,
    _profile: TempDir,
}

/// A part of the page, for names that occur more than once.
pub struct Part<'a> {
    browser: &'a Browser,
    selector: String,
}

impl Browser {
    /// A fresh browser of a visitor who reads English.
    pub fn open() -> Browser {
        Browser::open_in("en")
    }

    /// A fresh browser of a visitor who reads `language`.
    pub fn open_in(language: &str) -> Browser {
        let profile = tempfile::tempdir().expect("there is room for a profile");
        let session = Session::open(profile.path(), language);
        let browser = Browser { session, _profile: profile };
        browser.resize(1440, 1000);
        browser
    }

    #[track_caller]
    pub fn goto(&self, address: &str) {
        self.must(self.session.post("url", &json!({ "url": address })));
    }

    #[track_caller]
    pub fn reload(&self) {
        self.must(self.session.post("refresh", &json!({})));
    }

    #[track_caller]
    pub fn address(&self) -> String {
        self.must(self.session.get("url")).as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn title(&self) -> String {
        self.must(self.session.get("title")).as_str().unwrap_or_default().to_owned()
    }

    /// What one can read on the page.
    #[track_caller]
    pub fn text(&self) -> String {
        self.within("body").text()
    }

    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_for_within(text, PATIENCE);
    }

    /// Waits until the page says `text`, which may take as long as a machine takes to boot.
    #[track_caller]
    pub fn wait_for_within(&self, text: &str, patience: Duration) {
        self.until(patience, || {
            let said = self.session.run("return document.body.innerText", json!([]))?;
            let said = said.as_str().unwrap_or_default();
            if plain(said).contains(&plain(text)) {
                Ok(())
            } else {
                Err(format!("the page does not say “{text}”; it says:\n{said}"))
            }
        });
    }

    /// Waits until a script returns true.
    #[track_caller]
    pub fn wait_until(&self, script: &str, patience: Duration) {
        self.until(patience, || match self.session.run(script, json!([]))? {
            Value::Bool(true) => Ok(()),
            other => Err(format!("`{script}` is {other}")),
        });
    }

    /// The part of the page that a CSS selector finds first.
    pub fn within(&self, selector: &str) -> Part<'_> {
        Part { browser: self, selector: selector.to_owned() }
    }

    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        self.within("body").fill(label, text);
    }

    #[track_caller]
    pub fn choose(&self, label: &str, option: &str) {
        self.within("body").choose(label, option);
    }

    #[track_caller]
    pub fn tick(&self, label: &str) {
        self.within("body").tick(label);
    }

    #[track_caller]
    pub fn upload(&self, label: &str, file: &Path) {
        self.within("body").upload(label, file);
    }

    #[track_caller]
    pub fn press(&self, name: &str) {
        self.within("body").press(name);
    }

    #[track_caller]
    pub fn follow(&self, text: &str) {
        self.within("body").follow(text);
    }

    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        // Chromium's windows have a least width, so the viewport is set and not the window.
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.must(self.session.devtools("Emulation.setDeviceMetricsOverride", size));
    }

    /// Makes the browser one of a visitor without JavaScript, from the next page on.
    #[track_caller]
    pub fn without_javascript(&self, without: bool) {
        self.must(self.session.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": without })));
    }

    /// Lets the visitor prefer dark pages, or light ones.
    #[track_caller]
    pub fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        // Colours that are still on their way from one to the other could not be judged.
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": value },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.must(self.session.devtools("Emulation.setEmulatedMedia", media));
    }

    /// Gives the visitor a slow line: so many bytes a second upwards. Without a limit it is as fast as can be.
    #[track_caller]
    pub fn send_at_most(&self, bytes_per_second: Option<u64>) {
        let upwards = bytes_per_second.map_or(-1, |most| i64::try_from(most).expect("a sensible speed"));
        let line =
            json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upwards });
        self.must(self.session.devtools("Network.enable", json!({})));
        self.must(self.session.devtools("Network.emulateNetworkConditions", line));
    }

    /// Presses a key, in whatever has the focus: `Tab`, `Enter`, ` ` or a letter.
    #[track_caller]
    pub fn key(&self, key: &str) {
        let code = match key {
            "Tab" => "\u{e004}",
            "Enter" => "\u{e007}",
            letter => letter,
        };
        let presses = json!([{ "type": "keyDown", "value": code }, { "type": "keyUp", "value": code }]);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": presses });
        self.must(self.session.post("actions", &json!({ "actions": [keyboard] })));
    }

    /// Types a text, into whatever has the focus.
    #[track_caller]
    pub fn types(&self, text: &str) {
        for letter in text.chars() {
            self.key(&letter.to_string());
        }
    }

    /// Runs a script in the page and returns what it returns.
    #[track_caller]
    pub fn script(&self, script: &str) -> Value {
        self.must(self.session.run(script, json!([])))
    }

    /// Takes a picture of what is seen: `target/screenshots/NAME.png`.
    #[track_caller]
    pub fn screenshot(&self, name: &str) -> PathBuf {
        self.picture(name).unwrap_or_else(|fault| panic!("no picture `{name}`: {fault}"))
    }

    /// Takes a picture of the whole page, as long as it is.
    #[track_caller]
    pub fn screenshot_whole(&self, name: &str) -> PathBuf {
        let wish = json!({ "format": "png", "captureBeyondViewport": true });
        let answer = self.must(self.session.devtools("Page.captureScreenshot", wish));
        keep_picture(name, &answer["data"]).unwrap_or_else(|fault| panic!("no picture `{name}`: {fault}"))
    }

    /// Fails when axe-core finds something serious or critical, and says what, where, and what would help.
    #[track_caller]
    pub fn check_accessibility(&self) {
        let offences = self.accessibility_offences();
        assert!(offences.is_empty(), "{}:\n{}", self.address(), offences.join("\n"));
    }

    #[track_caller]
    pub fn accessibility_offences(&self) -> Vec<String> {
        let script = format!(
            "const done = arguments[0]; {AXE};
             axe.run(document, {{ resultTypes: ['violations'] }}).then(done, fault => done({{ fault: String(fault) }}));"
        );
        let answer = self.must(self.session.post("execute/async", &json!({ "script": script, "args": [] })));
        let Some(violations) = answer["violations"].as_array() else {
            panic!("axe could not judge: {answer}")
        };
        let serious = violations
            .iter()
            .filter(|found| matches!(found["impact"].as_str(), Some("serious" | "critical")));
        serious
            .flat_map(|found| found["nodes"].as_array().into_iter().flatten().map(move |node| (found, node)))
            .map(|(found, node)| format!("{}: {} at {}", found["id"], found["help"], node["html"]))
            .collect()
    }

    fn picture(&self, name: &str) -> Result<PathBuf, String> {
        keep_picture(name, &self.session.get("screenshot")?)
    }

    #[track_caller]
    fn must(&self, answer: Result<Value, String>) -> Value {
        answer.unwrap_or_else(|fault| self.give_up(&fault))
    }

    #[track_caller]
    fn give_up(&self, fault: &str) -> ! {
        let test = std::thread::current().name().unwrap_or("unnamed").replace("::", "-");
        let picture = self
            .picture(&format!("failed-{test}"))
            .map_or_else(|none| none, |path| path.display().to_string());
        let address = self.session.get("url").unwrap_or_default();
        panic!("{fault}\n  at {address}\n  seen in {picture}")
    }

    /// Tries until it works or patience is at its end.
    #[track_caller]
    fn until<T>(&self, patience: Duration, attempt: impl Fn() -> Result<T, String>) -> T {
        let started = Instant::now();
        loop {
            match attempt() {
                Ok(found) => return found,
                Err(fault) if started.elapsed() > patience => self.give_up(&fault),
                Err(_) => pause(),
            }
        }
    }
}

impl Part<'_> {
    /// Types into the field that bears this label, in place of what it holds.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        self.act("input:not([type=hidden]), textarea", label, |field| {
            self.browser.session.post(&format!("element/{field}/clear"), &json!({}))?;
            self.browser.session.post(&format!("element/{field}/value"), &json!({ "text": text }))
        });
    }

    /// Chooses what is written on an option of the list that bears this label.
    #[track_caller]
    pub fn choose(&self, label: &str, option: &str) {
        const CHOOSE: &str = r#"
            const [list, wanted] = arguments;
            const found = [...list.options].find(o => o.text.replace(/\s+/g, ' ').trim() === wanted);
            if (!found) throw new Error('the options are ' + [...list.options].map(o => o.text.trim()).join(' | '));
            list.value = found.value;
            list.dispatchEvent(new Event('input', { bubbles: true }));
            list.dispatchEvent(new Event('change', { bubbles: true }));"#;
        self.act("select", label, |list| self.browser.session.run(CHOOSE, json!([reference(list), option])));
    }

    /// Chooses the option of the list of this label that begins so.
    #[track_caller]
    pub fn choose_beginning(&self, label: &str, option: &str) {
        const WHOLE: &str = "const [list, wanted] = arguments; \
            return ([...list.options].map(o => o.text.replace(/\\s+/g, ' ').trim()).find(t => t.startsWith(wanted))) || wanted";
        let found = std::cell::RefCell::new(option.to_owned());
        self.act("select", label, |list| {
            let whole = self.browser.session.run(WHOLE, json!([reference(list), option]))?;
            found.replace(whole.as_str().unwrap_or(option).to_owned());
            Ok(whole)
        });
        self.choose(label, &found.borrow());
    }

    /// Turns the box or the radio button of this label on, if it is not.
    #[track_caller]
    pub fn tick(&self, label: &str) {
        // Boxes are often drawn by their labels and then lie under them, where a pointer cannot reach.
        const TICK: &str = "const [box] = arguments; if (!box.checked) box.click(); return box.checked;";
        self.act("input[type=checkbox], input[type=radio]", label, |field| {
            self.browser.session.run(TICK, json!([reference(field)]))
        });
    }

    /// Gives a file to the field that bears this label.
    #[track_caller]
    pub fn upload(&self, label: &str, file: &Path) {
        let file = file.canonicalize().expect("the file is there");
        self.act("input[type=file]", label, |field| {
            self.browser
                .session
                .post(&format!("element/{field}/value"), &json!({ "text": file.display().to_string() }))
        });
    }

    #[track_caller]
    pub fn press(&self, name: &str) {
        self.click("button, summary, input[type=submit], input[type=button], [role=button]", name);
    }

    #[track_caller]
    pub fn follow(&self, text: &str) {
        self.click("a[href]", text);
    }

    #[track_caller]
    pub fn text(&self) -> String {
        const TEXT: &str = "const part = document.querySelector(arguments[0]); return part && part.innerText";
        self.browser.until(PATIENCE, || {
            let text = self.browser.session.run(TEXT, json!([self.selector]))?;
            text.as_str().map(str::to_owned).ok_or_else(|| format!("the page has no `{}`", self.selector))
        })
    }

    #[track_caller]
    fn click(&self, selector: &str, name: &str) {
        self.act(selector, name, |found| {
            self.browser.session.post(&format!("element/{found}/click"), &json!({}))
        });
    }

    /// Does something with the one thing of this name, once it is there.
    #[track_caller]
    fn act(&self, selector: &str, name: &str, deed: impl Fn(&str) -> Result<Value, String>) {
        let name = &plain(name);
        self.browser.until(PATIENCE, || {
            let answer = self.browser.session.run(FIND, json!([self.selector, selector, name]))?;
            let found: Vec<&Value> = answer[0].as_array().into_iter().flatten().collect();
            match found.as_slice() {
                [one] => {
                    let id = one.as_object().and_then(|one| one.values().next()).and_then(Value::as_str);
                    deed(id.expect("an element has an id"))
                }
                [] => Err(format!("there is no “{name}” in `{}`, but {}", self.selector, answer[1])),
                many => Err(format!("there are {} of “{name}” in `{}`", many.len(), self.selector)),
            }
        });
    }
}

/// A text with single spaces, whichever kinds of them and however many it had.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An element as WebDriver refers to it in a script's arguments.
fn reference(id: &str) -> Value {
    json!({ "element-6066-11e4-a52e-4f735466cecf": id })
}

fn keep_picture(name: &str, data: &Value) -> Result<PathBuf, String> {
    let data = data.as_str().ok_or("the browser sent no picture")?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(data).map_err(|fault| fault.to_string())?;
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in cargo's target folder");
    let path = target.join("screenshots").join(format!("{name}.png"));
    std::fs::create_dir_all(path.parent().expect("it lies in a folder"))
        .map_err(|fault| fault.to_string())?;
    std::fs::write(&path, bytes).map_err(|fault| fault.to_string())?;
    Ok(path)
}

/// Lets the page go on before it is looked at again.
#[expect(clippy::disallowed_methods, reason = "a browser tells nobody when its page has changed")]
fn pause() {
    std::thread::sleep(Duration::from_millis(40));
}
