//! The pages in a real browser, driven over its debugging pipe.

use std::{
    io::{BufRead, BufReader, PipeReader, PipeWriter, Write},
    os::{fd::AsRawFd, unix::process::CommandExt},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde_json::{Value as Json, json};

use crate::program::{PATIENCE, Program};

/// A headless Chromium with one page.
struct Browser {
    child: Child,
    to: PipeWriter,
    from: BufReader<PipeReader>,
    session: String,
    count: u64,
    /// What the browser complained about: blocked content, script errors.
    complaints: Vec<String>,
    /// Every address that it asked for.
    asked: Vec<String>,
    _profile: tempfile::TempDir,
}

fn find() -> PathBuf {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let found = std::env::split_paths(&path)
        .flat_map(|dir| names.map(|name| dir.join(name)))
        .find(|p| p.is_file());
    named
        .or(found)
        .expect("no Chromium found: `apt-get install chromium`, or set CHROMIUM=/path/to/it")
}

impl Browser {
    fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let (commands, to) = std::io::pipe().unwrap();
        let (from, answers) = std::io::pipe().unwrap();
        let mut command = Command::new(find());
        command
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--remote-debugging-pipe",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--lang=en",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let (commands_fd, answers_fd) = (commands.as_raw_fd(), answers.as_raw_fd());
        // SAFETY: only system calls that may be made between fork and exec. The browser expects its pipe as descriptors 3 and 4, which the
        // ends may occupy crosswise, so both move out of the way first.
        unsafe {
            command.pre_exec(move || {
                let (c, a) = (
                    libc::fcntl(commands_fd, libc::F_DUPFD, 10),
                    libc::fcntl(answers_fd, libc::F_DUPFD, 10),
                );
                if c < 0 || a < 0 || libc::dup2(c, 3) < 0 || libc::dup2(a, 4) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = command.spawn().unwrap();
        drop((commands, answers));
        let mut browser = Self {
            child,
            to,
            from: BufReader::new(from),
            session: String::new(),
            count: 0,
            complaints: Vec::new(),
            asked: Vec::new(),
            _profile: profile,
        };
        let target =
            browser.call("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone();
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target, "flatten": true}),
        );
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    fn call(&mut self, method: &str, parameters: Json) -> Json {
        self.count += 1;
        let mut message = json!({"id": self.count, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(&[0]).unwrap();
        let id = self.count;
        let answer = self.until(|message| message["id"] == id);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn until(&mut self, is_it: impl Fn(&Json) -> bool) -> Json {
        let begin = Instant::now();
        loop {
            assert!(begin.elapsed() < PATIENCE, "the browser does not answer");
            let mut message = Vec::new();
            self.from.read_until(0, &mut message).unwrap();
            message.pop();
            let message: Json = serde_json::from_slice(&message).expect("the browser ended");
            match message["method"].as_str() {
                Some("Log.entryAdded") => self
                    .complaints
                    .push(message["params"]["entry"]["text"].to_string()),
                Some("Runtime.exceptionThrown" | "Runtime.consoleAPICalled") => {
                    self.complaints.push(message["params"].to_string())
                }
                Some("Network.requestWillBeSent") => {
                    self.asked.push(
                        message["params"]["request"]["url"]
                            .as_str()
                            .unwrap_or_default()
                            .to_owned(),
                    );
                }
                _ => {}
            }
            if is_it(&message) {
                return message;
            }
        }
    }

    fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({"url": url}));
        self.loaded();
    }

    fn loaded(&mut self) {
        self.until(|message| message["method"] == "Page.loadEventFired");
    }

    /// What an expression gives on the page.
    fn see(&mut self, expression: &str) -> Json {
        let result = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true}),
        );
        assert!(
            result["exceptionDetails"].is_null(),
            "{expression}: {result}"
        );
        result["result"]["value"].clone()
    }

    /// Does something that leads to another page.
    fn go(&mut self, expression: &str) {
        self.see(expression);
        self.loaded();
    }

    fn resize(&mut self, width: u32) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `tuomin serve` and where it listens.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(program: &Program, arguments: &[&str]) -> Self {
        let mut all = vec!["serve"];
        all.extend(arguments);
        all.extend(["--listen", "127.0.0.1:0", "--zone", "+08:00"]);
        let mut child = program.command(&all).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .split_whitespace()
            .find(|w| w.starts_with("http://"))
            .unwrap_or_else(|| panic!("{line}"));
        Self {
            url: url.trim_end_matches('/').to_owned(),
            child,
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const HOSTILE: &str = "<script>document.title='taken'</script><img src=x onerror=alert(1)>\"'><b>";

fn records() -> String {
    let mut lines = String::new();
    for i in 0..120 {
        let code = if i % 5 == 0 { "-4" } else { "0" };
        let line = json!({"RequestId": format!("call-{i}"), "action": if i % 7 == 0 { HOSTILE } else { "Compare" }, "eCode": code, "eCodeStr": HOSTILE,
            "cost": i * 10, "Caller": "a".repeat(300), "UA": HOSTILE, "Region": "ap-1", "timestamp": 1_795_500_000 + i * 30});
        lines.push_str(&format!("{line}\n"));
        let line = json!({"RequestId": format!("call-{i}"), "Timestamp": 1_795_500_000 + i * 30, "Request": json!({"Name": "[NAME_3fa17c20be94ff01]", HOSTILE: HOSTILE}).to_string(),
            "Response": {"Result": code}, "DebugInfo": [{"Step": HOSTILE, "Cost": 30, "Message": HOSTILE}, {"Step": "Two", "Cost": 50}]});
        lines.push_str(&format!("{line}\n"));
    }
    lines
}

/// Nothing of what is stored became markup, nothing was blocked, nothing asked for elsewhere, and it fits on a telephone and a desk.
fn is_sound(browser: &mut Browser, url: &str) {
    assert_eq!(
        browser
            .see("document.querySelectorAll('script, img, b, iframe, [onerror], [style]').length"),
        0
    );
    assert!(
        !browser
            .see("document.title")
            .as_str()
            .unwrap()
            .contains("taken")
    );
    for width in [390, 1280] {
        browser.resize(width);
        let overflow = browser.see("document.documentElement.scrollWidth - innerWidth");
        assert!(
            overflow.as_i64().unwrap() <= 0,
            "{width}: {overflow} at {}",
            browser.see("location.href")
        );
    }
    assert_eq!(browser.complaints, [""; 0]);
    assert!(
        browser
            .asked
            .iter()
            .all(|asked| asked.starts_with(url) || asked == "about:blank"),
        "{:?}",
        browser.asked
    );
}

#[test]
fn the_pages_work_and_nothing_stored_is_obeyed() {
    let program = Program::new();
    program.file("redacted.ndjson", records());
    let served = Served::start(&program, &["redacted.ndjson"]);
    let mut browser = Browser::start();

    browser.open(&format!("{}/?lang=en", served.url));
    assert_eq!(
        browser.see("document.querySelectorAll('table.found tbody tr').length"),
        50
    );
    assert!(
        browser
            .see("document.body.innerText")
            .as_str()
            .unwrap()
            .contains("onerror=alert(1)")
    );
    is_sound(&mut browser, &served.url);

    // Filter, then turn the page.
    browser.go("document.querySelector('input[name=q]').value = 'code!=0 kind=monitoring'; document.querySelector('form.ask').submit()");
    assert_eq!(
        browser.see("document.querySelectorAll('table.found tbody tr').length"),
        24
    );
    browser.go("document.querySelector('input[name=q]').value = ''; document.querySelector('form.ask').submit()");
    browser.go("[...document.querySelectorAll('.pages a')].at(-1).click()");
    assert!(
        browser
            .see("document.querySelector('.pages').innerText")
            .as_str()
            .unwrap()
            .starts_with("51")
    );
    browser.go("document.querySelector('input[name=q]').value = 'colour=red'; document.querySelector('form.ask').submit()");
    assert!(
        browser
            .see("document.querySelector('p.bad').innerText")
            .as_str()
            .unwrap()
            .contains("no field")
    );
    browser.complaints.clear(); // status 400, which was wanted

    // One call, its steps on their axis, in Chinese, in the dark.
    browser.open(&format!("{}/trace?id=call-0&lang=en&related=1", served.url));
    assert!(
        browser
            .see("document.querySelector('h1').innerText")
            .as_str()
            .unwrap()
            .contains("failed")
    );
    assert_eq!(
        browser.see("document.querySelectorAll('table.steps tbody tr').length"),
        2
    );
    let widths = browser.see("[...document.querySelectorAll('svg.step rect')].map(r => Math.round(r.getBoundingClientRect().width))");
    assert!(
        widths[0].as_f64().unwrap() * 1.4 < widths[1].as_f64().unwrap(),
        "{widths}"
    );
    assert_eq!(
        browser.see("document.querySelectorAll('table.related tbody tr').length"),
        50
    );
    is_sound(&mut browser, &served.url);
    let light = browser.see("getComputedStyle(document.body).backgroundColor");
    browser
        .go("[...document.querySelectorAll('.side a')].find(a => a.innerText == 'dark').click()");
    assert_ne!(
        browser.see("getComputedStyle(document.body).backgroundColor"),
        light
    );
    browser
        .go("[...document.querySelectorAll('.side a')].find(a => a.innerText == '中文').click()");
    assert_ne!(
        browser.see("getComputedStyle(document.body).backgroundColor"),
        light
    );
    assert!(
        browser
            .see("document.body.innerText")
            .as_str()
            .unwrap()
            .contains("步骤")
    );
    assert_eq!(browser.see("document.documentElement.lang"), "zh-CN");

    // The overview, and from a code in it to its records.
    browser.open(&format!("{}/top?lang=en", served.url));
    assert!(
        browser
            .see("document.querySelector('h1').innerText")
            .as_str()
            .unwrap()
            .starts_with("120 calls")
    );
    assert!(
        browser
            .see("document.querySelectorAll('svg rect.err').length")
            .as_u64()
            .unwrap()
            > 10
    );
    is_sound(&mut browser, &served.url);
    browser.go("[...document.querySelectorAll('td a')].find(a => a.innerText == '-4').click()");
    assert_eq!(
        browser.see("document.querySelectorAll('table.found tbody tr').length"),
        24
    );
    is_sound(&mut browser, &served.url);
}

#[test]
fn a_report_stands_alone() {
    let program = Program::new();
    program.file("redacted.ndjson", records());
    for arguments in [
        &[
            "trace",
            "call-0",
            "redacted.ndjson",
            "--html",
            "page.html",
            "--lang",
            "zh",
        ][..],
        &["top", "redacted.ndjson", "--html", "page.html"],
    ] {
        let ran = program.run(arguments);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let mut browser = Browser::start();
        let url = format!("file://{}", program.path("page.html").display());
        browser.open(&url);
        is_sound(&mut browser, &url);
        // The style is in force in spite of the page's own policy.
        assert_ne!(
            browser.see("getComputedStyle(document.body).maxWidth"),
            "none"
        );
        assert_eq!(
            browser.see("document.querySelectorAll('a[href], link').length"),
            0
        );
    }
}

#[test]
fn with_a_token_readers_sign_in() {
    let program = Program::new();
    program.file("redacted.ndjson", records());
    program.file("token", "a token that is long enough\n");
    let served = Served::start(&program, &["redacted.ndjson", "--token-file", "token"]);
    let mut browser = Browser::start();
    browser.open(&format!("{}/trace?id=call-0&lang=en", served.url));
    assert!(browser.see("location.pathname") == "/login");
    assert!(
        !browser
            .see("document.body.innerText")
            .as_str()
            .unwrap()
            .contains("call-0")
    );
    browser.go("document.querySelector('input[name=token]').value = 'wrong'; document.querySelector('form.ask').submit()");
    assert!(browser.see("document.querySelector('p.bad') != null") == true);
    browser.go("document.querySelector('input[name=token]').value = 'a token that is long enough'; document.querySelector('form.ask').submit()");
    assert!(browser.see("location.pathname") == "/search");
    assert_eq!(
        browser.see("document.cookie"),
        "",
        "no script may read the cookie"
    );
    browser.go("document.querySelector('.side button').click()");
    browser.open(&format!("{}/search", served.url));
    assert!(browser.see("location.pathname") == "/login");
}
