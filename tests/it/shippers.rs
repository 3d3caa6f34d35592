//! A shipper that believes it ships to Elasticsearch: rsyslog, as it is installed on most servers.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    clients::{NUMBER, TOKEN, program, start, stop, stored},
    es::{count, until},
    listen::port,
    store::Store,
};

/// rsyslog in the foreground, ended with the test.
struct Rsyslog(Child);

impl Drop for Rsyslog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn rsyslog_waits_for_tuomin_and_ships_a_file() {
    let (store, address) = (Store::new("rsyslog"), port());
    let program = program(&store, address);
    let index = format!("rs-{}", store.settings.prefix);
    let lines: String = (0..500)
        .map(|n| {
            format!(
                "{{\"RequestId\":\"{n}\",\"Timestamp\":1795502216382,\"Request\":{{\"IdCard\":\"{NUMBER}\",\"Name\":\"张三\"}}}}\n"
            )
        })
        .collect();
    let (log, refused) = (program.file("app.log", lines), program.path("refused"));
    std::fs::create_dir(program.path("state")).unwrap();
    let configuration = format!(
        r#"
global(workDirectory="{state}")
module(load="imfile" mode="polling" pollingInterval="1")
module(load="omelasticsearch")
template(name="line" type="string" string="%msg%")
input(type="imfile" file="{log}" tag="app" ruleset="ship" addMetadata="off" freshStartTail="off")
ruleset(name="ship") {{
  action(type="omelasticsearch" server="http://127.0.0.1" serverport="{port}" uid="any" pwd="{TOKEN}"
    template="line" searchIndex="{index}" searchType="" bulkmode="on" errorFile="{refused}"
    action.resumeRetryCount="-1" action.resumeInterval="1")
}}
"#,
        state = program.path("state").display(),
        log = log.display(),
        refused = refused.display(),
        port = address.port(),
    );
    let configuration = program.file("rsyslog.conf", configuration);
    // Debian installs it where only root looks for programs.
    let path = format!(
        "{}:/usr/sbin:/sbin",
        std::env::var("PATH").unwrap_or_default()
    );
    let shipper = Command::new("env")
        .env("PATH", path)
        .args(["rsyslogd", "-n", "-f"])
        .arg(configuration)
        .arg("-i")
        .arg(program.path("pid"))
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(program.path("said")).unwrap())
        .spawn();
    let mut shipper = Rsyslog(shipper.unwrap());
    // It begins while nobody listens.
    thread::sleep(Duration::from_secs(2));
    if let Some(ended) = shipper.0.try_wait().unwrap() {
        let said = std::fs::read_to_string(program.path("said")).unwrap();
        panic!(
            "this test needs rsyslog with its Elasticsearch output (apt-get install rsyslog-elasticsearch): {ended}\n{said}"
        );
    }
    let child = start(&program, &store);
    until("everything is stored", Duration::from_secs(120), || {
        count(store.url(), &store.all()) >= 500
    });
    drop(shipper);
    stop(child);
    let documents = stored(&store, &index);
    assert_eq!(documents.len(), 500);
    let all = format!("{documents:?}");
    assert!(all.contains("[ID_CN_") && !all.contains(NUMBER) && !all.contains("张三"));
    assert!(!refused.exists(), "every document's result was a success");
}
