//! Devices that record: each announces a segment (OVR `create`), uploads it, and has it saved, as `spec/services.md` says.
//! One thread a device, for nothing but the waiting is shared.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use url::Url;

use super::latency::{Latencies, Summary};

/// Longest head of an answer.
const MAX_HEAD: usize = 16 << 10;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// The first byte of each packet of MPEG-TS, and how long a packet is.
const SYNC: u8 = 0x47;
const PACKET: usize = 188;

/// Options of `dapctl load record`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// A file with the address of a recording session in each line (`http://…/live/cseg/…`): one a device.
    #[arg(long)]
    pub sessions: PathBuf,
    /// How many of them record at once; the others do not.
    #[arg(long)]
    pub devices: usize,
    /// How long a segment is, in bytes.
    #[arg(long, default_value_t = 2_500_000)]
    pub bytes: usize,
    /// How long it is, in seconds of video, at most: none begins before the end of the one before.
    #[arg(long, default_value_t = 10.0)]
    pub segment_s: f64,
    /// How often each device has a segment, in seconds; 0: as soon as the one before is saved.
    #[arg(long, default_value_t = 10.0)]
    pub every_s: f64,
    /// For how long.
    #[arg(long, default_value_t = 30.0)]
    pub duration_s: f64,
    /// Where to write the report.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Report {
    devices: usize,
    segment_bytes: usize,
    elapsed_s: f64,
    saved: u64,
    segments_per_s: f64,
    bytes_per_s: f64,
    failed: u64,
    failures: Vec<String>,
    create: Summary,
    put: Summary,
    save: Summary,
}

/// What came of one device's.
#[derive(Debug, Default)]
struct Outcome {
    saved: u64,
    failed: u64,
    failures: Vec<String>,
    create: Latencies,
    put: Latencies,
    save: Latencies,
}

/// Records, and reports.
///
/// # Errors
/// The sessions cannot be read, or the report not be written.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let sessions = fs::read_to_string(&args.sessions).context("reading the sessions")?;
    let sessions = sessions.lines().take(args.devices).map(Url::parse);
    let sessions = sessions
        .collect::<Result<Vec<_>, _>>()
        .context("an address of a session")?;
    anyhow::ensure!(sessions.len() == args.devices, "there are not enough sessions");
    let segment: Arc<[u8]> = segment(args.bytes).into();
    let begun = Instant::now();
    let until = begun + Duration::from_secs_f64(args.duration_s);
    let devices: Vec<_> = sessions
        .into_iter()
        .enumerate()
        .map(|(at, session)| {
            let (args, segment) = (args.clone(), segment.clone());
            // Spread over the interval, as those of real devices are.
            let first = begun + Duration::from_secs_f64(args.every_s * at as f64 / args.devices as f64);
            thread::Builder::new()
                .stack_size(128 << 10)
                .spawn(move || record(&session, &segment, &args, first, until))
        })
        .collect::<Result<_, _>>()?;
    let mut all = Outcome::default();
    for device in devices {
        let one = device
            .join()
            .map_err(|_| anyhow::anyhow!("a device of the load broke"))?;
        all.saved += one.saved;
        all.failed += one.failed;
        all.failures.extend(one.failures);
        all.create.add(&one.create);
        all.put.add(&one.put);
        all.save.add(&one.save);
    }
    let elapsed_s = begun.elapsed().as_secs_f64();
    all.failures.sort();
    all.failures.dedup();
    all.failures.truncate(20);
    let report = Report {
        devices: args.devices,
        segment_bytes: args.bytes,
        elapsed_s,
        saved: all.saved,
        segments_per_s: all.saved as f64 / elapsed_s,
        bytes_per_s: all.saved as f64 * args.bytes as f64 / elapsed_s,
        failed: all.failed,
        failures: all.failures,
        create: all.create.summary(),
        put: all.put.summary(),
        save: all.save.summary(),
    };
    let json = serde_json::to_string_pretty(&report)?;
    match &args.json {
        Some(path) => fs::write(path, json + "\n").context("writing the report")?,
        None => writeln!(io::stdout(), "{json}")?,
    }
    Ok(())
}

/// Noise in the form of MPEG-TS: no packet is like another, so that no disk or file system makes it shorter.
fn segment(bytes: usize) -> Vec<u8> {
    let mut segment = vec![0; bytes];
    rand::rng().fill_bytes(&mut segment);
    segment.iter_mut().step_by(PACKET).for_each(|byte| *byte = SYNC);
    segment
}

fn record(session: &Url, segment: &[u8], args: &Args, first: Instant, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let mut connection = None;
    let mut ended = None;
    let mut next = first;
    while next < until && Instant::now() < until {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let now = now_s();
        let span = span(ended.replace(now), now, args.segment_s);
        match upload(&mut connection, session, segment, span, &mut outcome) {
            Ok(()) => outcome.saved += 1,
            Err(error) => {
                outcome.failed += 1;
                outcome.failures.push(format!("{error:#}"));
                connection = None;
                // Whoever is refused does not come again at once.
                thread::sleep(Duration::from_millis(100));
            }
        }
        next += Duration::from_secs_f64(args.every_s);
    }
    outcome
}

/// The time of day.
fn now_s() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

/// What a segment is of, that is announced now: of the time up to now, as those of real devices are, and not of the time of
/// the one before. Start and duration.
fn span(ended: Option<f64>, now: f64, longest: f64) -> (f64, f64) {
    let duration = ended.map_or(longest, |ended| (now - ended).clamp(0.001, longest));
    (now - duration, duration)
}

/// The answer to `create`.
#[derive(Debug, Deserialize)]
struct Created {
    name: String,
    uri: String,
}

fn upload(
    connection: &mut Option<Connection>,
    session: &Url,
    segment: &[u8],
    (start, duration): (f64, f64),
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let bytes = segment.len();
    let form = format!(
        "op=create&content_type=video%2Fmp2t&size={bytes}&start={start:.3}&duration={duration:.3}&discontinue=0"
    );
    let begun = Instant::now();
    let answer = call(connection, session, "POST", FORM, form.as_bytes()).context("create")?;
    outcome.create.record(begun.elapsed());
    let created: Created = serde_json::from_slice(&answer).context("the answer to create")?;
    anyhow::ensure!(!created.uri.is_empty(), "create: the segment is not wanted");
    let uri = Url::parse(&created.uri).context("the address to upload to")?;
    let begun = Instant::now();
    if uri.host_str() == session.host_str() && uri.port() == session.port() {
        call(connection, &uri, "PUT", "video/mp2t", segment).context("PUT")?;
    } else {
        call(&mut None, &uri, "PUT", "video/mp2t", segment).context("PUT")?;
    }
    outcome.put.record(begun.elapsed());
    let name: String = url::form_urlencoded::byte_serialize(created.name.as_bytes()).collect();
    let begun = Instant::now();
    call(
        connection,
        session,
        "POST",
        FORM,
        format!("op=save&name={name}").as_bytes(),
    )
    .context("save")?;
    outcome.save.record(begun.elapsed());
    Ok(())
}

const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Debug)]
struct Connection(TcpStream);

fn call(
    connection: &mut Option<Connection>,
    url: &Url,
    method: &str,
    kind: &str,
    body: &[u8],
) -> anyhow::Result<Vec<u8>> {
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let stream = match connection.take() {
        Some(Connection(stream)) => stream,
        None => {
            let addresses = url.socket_addrs(|| None)?;
            let stream = TcpStream::connect(&*addresses)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            stream
        }
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    (&stream).write_all(head.as_bytes())?;
    (&stream).write_all(body)?;
    let (status, answer) = answer(&stream)?;
    anyhow::ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(&answer));
    *connection = Some(Connection(stream));
    Ok(answer)
}

fn answer(mut stream: &TcpStream) -> anyhow::Result<(u16, Vec<u8>)> {
    let mut buffer = Vec::new();
    let mut chunk = [0; 4096];
    let (head, status, length) = loop {
        let count = stream.read(&mut chunk)?;
        anyhow::ensure!(
            count > 0 && buffer.len() < MAX_HEAD,
            "the connection ended before the answer"
        );
        buffer.extend_from_slice(&chunk[..count]);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        if let httparse::Status::Complete(head) = response.parse(&buffer)? {
            let length = response
                .headers
                .iter()
                .find(|header| header.name.eq_ignore_ascii_case("content-length"))
                .and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok())
                .unwrap_or(0);
            break (head, response.code.unwrap_or(0), length);
        }
    };
    let mut body = buffer.split_off(head);
    while body.len() < length {
        let count = stream.read(&mut chunk)?;
        anyhow::ensure!(count > 0, "the connection ended within the answer");
        body.extend_from_slice(&chunk[..count]);
    }
    Ok((status, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_of_the_time_that_passes() {
        assert_eq!(span(None, 1000.0, 10.0), (990.0, 10.0));
        assert_eq!(span(Some(1000.0), 1000.5, 10.0), (1000.0, 0.5), "one after the other");
        assert_eq!(span(Some(1000.5), 1030.5, 10.0), (1020.5, 10.0), "with pauses");
        let (start, duration) = span(Some(1000.0), 999.0, 10.0);
        assert!(duration > 0.0 && start < 999.0, "where the clock was set");
    }

    #[test]
    fn a_segment_looks_like_mpeg_ts() {
        let segment = segment(5 * PACKET + 7);
        assert_eq!(segment.len(), 5 * PACKET + 7);
        assert!(segment.chunks(PACKET).all(|packet| packet[0] == SYNC));
    }
}
