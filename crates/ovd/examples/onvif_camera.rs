//! An ONVIF camera with virtual PTZ, for trying things out: `onvif_camera [PORT [RTSP-URL]]`.
//!
//! It listens on 127.0.0.1, knows the user `admin` with the password `secret12`, and says on standard output, one JSON
//! object a line, where it is (`{"ready": …}`) and what it is told. A line `motion` or `rest` on its standard input is
//! something that begins or ends to move before it. Its RTSP stream is somebody else's; `RTSP-URL` is what it says of it.

// A program for trials, which may end in a panic; not all of the simulated camera is used here.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "../tests/onvif/camera.rs"]
mod camera;

use camera::{Options, Running};
use serde_json::{Value, json};
use std::io::{BufRead as _, Write as _};
use tokio::sync::mpsc;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().map_or(0, |port| port.parse().unwrap());
    let options = Options {
        port,
        stream: arguments.next(),
        ..Options::default()
    };
    let (heard_by, mut heard) = mpsc::unbounded_channel();
    let running = Running::start(options, heard_by);
    say(&json!({"ready": running.url()}));
    std::thread::spawn(move || {
        while let Some(what) = heard.blocking_recv() {
            say(&what);
        }
    });
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match line.trim() {
            "motion" => running.camera.set_motion(true),
            "rest" => running.camera.set_motion(false),
            _ => {}
        }
    }
    // Who started it without an input wants it to stay.
    loop {
        std::thread::park();
    }
}

fn say(what: &Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}").and_then(|()| out.flush()).unwrap();
}
