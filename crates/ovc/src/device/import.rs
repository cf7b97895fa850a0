//! Many devices from a file.

use super::{DevicePasswd, MAX_NAME_LEN, PasswdHasher};
use crate::clock::UnixMs;
use crate::db::NewDeviceRow;
use crate::ids::{LoginCode, TenantId};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::collections::HashMap;

/// The largest file that is taken.
pub const MAX_IMPORT_BYTES: usize = 4 << 20;
/// Devices in one file.
const MAX_ROWS: usize = 20_000;
/// Faults that are told; of more it is only told that there are.
const MAX_FAULTS: usize = 100;
/// Longest model that is taken, as at a login.
const MAX_MODEL_LEN: usize = 128;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFault {
    /// Which, from 1.
    pub line: u64,
    /// What.
    pub message: String,
}

/// A device of a file.
#[derive(Debug)]
pub(super) struct ImportRow {
    pub(super) line: u64,
    pub(super) device: NewDeviceRow,
    pub(super) model: Option<String>,
}

/// Collects faults, as many as are told.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<CsvFault>);

impl Faults {
    pub(super) fn add(&mut self, line: u64, message: impl Into<String>) {
        if self.0.len() < MAX_FAULTS {
            self.0.push(CsvFault {
                line,
                message: message.into(),
            });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_vec(mut self) -> Vec<CsvFault> {
        self.0.sort_by_key(|fault| fault.line);
        self.0
    }
}

/// Where in a line something stands.
struct Columns {
    code: usize,
    password: usize,
    model: Option<usize>,
    name: Option<usize>,
}

const IN_ORDER: Columns = Columns {
    code: 0,
    password: 1,
    model: Some(2),
    name: Some(3),
};

impl Columns {
    /// Of a first line that names them.
    fn named(line: &StringRecord) -> Option<Result<Self, &'static str>> {
        let names: Vec<_> = line.iter().map(str::to_ascii_lowercase).collect();
        let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        let (code, password) = (find(&["code", "login_code"]), find(&["password", "login_passwd"]));
        let (code, password) = match (code, password) {
            (Some(code), Some(password)) => (code, password),
            (None, None) => return None,
            _ => return Some(Err("the first line names the columns, and lacks code or password")),
        };
        Some(Ok(Self {
            code,
            password,
            model: find(&["model", "hardware_model"]),
            name: find(&["name"]),
        }))
    }
}

/// Counts lines. The library's own count is of where it stopped reading before, which with the line ends of Windows and
/// with empty lines is a line further up.
struct Lines<'a> {
    file: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a record; records are asked for in their order.
    fn line_of(&mut self, record: Option<&csv::Position>) -> u64 {
        let begin = record.and_then(|position| usize::try_from(position.byte()).ok());
        let begin = begin.unwrap_or(self.at).clamp(self.at, self.file.len());
        let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let begin = begin + self.file[begin..].iter().take_while(is_end).count();
        let ends = self.file[self.at..begin].iter().filter(|byte| **byte == b'\n').count();
        self.line += ends as u64;
        self.at = begin;
        self.line
    }
}

/// The devices of a file, or what is wrong with it. To be called where it may take a moment.
pub(super) fn parse(
    file: &[u8],
    hasher: &PasswdHasher,
    tenant: Option<TenantId>,
    now: UnixMs,
) -> Result<Vec<ImportRow>, Vec<CsvFault>> {
    // Spreadsheets begin UTF-8 files with a mark.
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(file);
    let (mut rows, mut faults) = (Vec::new(), Faults::default());
    let mut lines: HashMap<LoginCode, u64> = HashMap::new();
    let mut columns = IN_ORDER;
    let mut counter = Lines { file, at: 0, line: 1 };
    for (at, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = counter.line_of(error.position());
                let message = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => "this is not UTF-8",
                    _ => "this cannot be read",
                };
                faults.add(line, message);
                continue;
            }
        };
        let line = counter.line_of(record.position());
        if at == 0
            && let Some(named) = Columns::named(&record)
        {
            match named {
                Ok(named) => columns = named,
                Err(message) => {
                    faults.add(line, message);
                    break;
                }
            }
            continue;
        }
        if rows.len() >= MAX_ROWS {
            faults.add(
                line,
                format!("a file has at most {MAX_ROWS} devices: import it in parts"),
            );
            break;
        }
        match device(&record, &columns, hasher, tenant, now) {
            Ok((device, model)) => {
                if let Some(before) = lines.insert(device.login_code.clone(), line) {
                    faults.add(line, format!("the same code as in line {before}"));
                }
                rows.push(ImportRow { line, device, model });
            }
            Err(message) => faults.add(line, message),
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults.add(1, "there is no device in the file");
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(faults.into_vec())
    }
}

fn device(
    record: &StringRecord,
    columns: &Columns,
    hasher: &PasswdHasher,
    tenant: Option<TenantId>,
    now: UnixMs,
) -> Result<(NewDeviceRow, Option<String>), String> {
    let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
    let login_code = LoginCode::parse(cell(Some(columns.code))).map_err(|error| format!("code: {error}"))?;
    // Never the password itself: what is wrong is shown, and written down.
    let passwd = DevicePasswd::parse(cell(Some(columns.password))).map_err(|error| format!("password: {error}"))?;
    let (model, name) = (cell(columns.model), cell(columns.name));
    if model.len() > MAX_MODEL_LEN || model.chars().any(char::is_control) {
        return Err(format!(
            "model: longer than {MAX_MODEL_LEN} bytes, or with control characters"
        ));
    }
    if name.chars().count() > MAX_NAME_LEN || name.chars().any(char::is_control) {
        return Err(format!(
            "name: longer than {MAX_NAME_LEN} characters, or with control characters"
        ));
    }
    let device = NewDeviceRow {
        passwd_hash: hasher.hash(login_code.as_str(), passwd.reveal()).0,
        login_code,
        name: name.to_owned(),
        tenant,
        group: None,
        stocked: true,
        created_at: now,
    };
    Ok((device, Some(model.to_owned()).filter(|model| !model.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "correct-horse-battery";

    fn read(file: impl AsRef<[u8]>) -> Result<Vec<ImportRow>, Vec<(u64, String)>> {
        let hasher = PasswdHasher::new(&[7; 32]);
        parse(file.as_ref(), &hasher, None, UnixMs(1))
            .map_err(|faults| faults.into_iter().map(|fault| (fault.line, fault.message)).collect())
    }

    fn shown(rows: &[ImportRow]) -> Vec<(u64, &str, &str, Option<&str>)> {
        rows.iter()
            .map(|row| {
                (
                    row.line,
                    row.device.login_code.as_str(),
                    row.device.name.as_str(),
                    row.model.as_deref(),
                )
            })
            .collect()
    }

    #[test]
    fn a_line_is_a_device() {
        let file = format!("cam1,{PASSWD},X1,\"Gate, north\"\r\n\r\n cam2 , {PASSWD}\ncam3,{PASSWD},,Yard");
        let rows = read(file).unwrap();
        assert_eq!(
            shown(&rows),
            [
                (1, "cam1", "Gate, north", Some("X1")),
                (3, "cam2", "", None),
                (4, "cam3", "Yard", None)
            ]
        );
        assert!(rows.iter().all(|row| row.device.stocked && row.device.tenant.is_none()));
    }

    #[test]
    fn a_first_line_may_name_the_columns_in_any_order() {
        let file = format!("\u{feff}Name,Password,Notes,Login_Code\nGate,{PASSWD},x,cam1\n");
        assert_eq!(shown(&read(file).unwrap()), [(2, "cam1", "Gate", None)]);
        let faults = read("code,name\ncam1,Gate\n").unwrap_err();
        assert_eq!(faults[0].0, 1);
    }

    #[test]
    fn every_fault_is_told_by_its_line() {
        let file = format!(
            "cam1,{PASSWD}\ncam 2,{PASSWD}\ncam3,12345678\ncam1,{PASSWD}\ncam5\ncam6,{PASSWD},{},\ncam7,{PASSWD},,{}\n",
            "m".repeat(129),
            "n".repeat(101)
        );
        let faults = read(file).unwrap_err();
        let lines: Vec<_> = faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7]);
        assert!(
            faults[1].1.starts_with("password") && !faults[1].1.contains("12345678"),
            "{faults:?}"
        );
        assert!(faults[2].1.contains("line 1"));
        let faults = read(b"cam1,correct-horse-battery,X,\xff\ncam2\n").unwrap_err();
        assert_eq!(faults[0], (1, "this is not UTF-8".to_owned()));
        assert_eq!(read("").unwrap_err().len(), 1);
        assert_eq!(read("x\n".repeat(500)).unwrap_err().len(), MAX_FAULTS);
        let many: String = (0..MAX_ROWS + 1).map(|n| format!("c{n},{PASSWD}\n")).collect();
        assert_eq!(read(many).unwrap_err()[0].0, MAX_ROWS as u64 + 1);
    }
}
