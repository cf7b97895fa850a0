//! A copy goes into the place of the database in several steps. A record says that they are under way, from before the
//! first to after the last: who finds it (the process was killed in between) undoes what was done of them.

use super::{FILE_NAME, KEY_ENDING, KEY_NAME, STAGED, copy_new, fault, new_private_file, sync_dir, with_ending};
use super::{SnapshotError, Staged};
use crate::clock::UnixMs;
use crate::db::DataDir;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The record, in the data directory.
const RECORD: &str = "ovc.restoring";

/// What there is to undo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// By which the names of what was there before differ.
    suffix: String,
    had_database: bool,
    had_key: bool,
    /// A key comes with the copy.
    new_key: bool,
}

/// One change of the directory.
#[derive(Debug)]
enum Step {
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    /// What comes after must not reach the disk before what came before.
    Sync,
}

/// What was in place before, kept aside.
#[derive(Debug)]
pub struct Before {
    data_dir: PathBuf,
    record: Record,
}

impl Staged {
    /// Puts the copy in the place of the database, which nobody may have open. What was there is kept beside it.
    ///
    /// # Errors
    /// See [`SnapshotError`]; the database is as before then.
    pub fn swap(self, taken: &DataDir) -> Result<Before, SnapshotError> {
        let data_dir = taken.path();
        let key = data_dir.join(KEY_NAME);
        let record = Record {
            suffix: format!(".before-restore-{}", UnixMs::now().0),
            had_database: data_dir.join(FILE_NAME).exists(),
            had_key: key.exists(),
            new_key: self.key.is_some(),
        };
        if record.had_key {
            // So that what is kept can be restored like any other copy.
            copy_new(&key, &record.kept_key(data_dir)).map_err(fault(&key))?;
        }
        let before = Before {
            data_dir: data_dir.into(),
            record,
        };
        let placed = before
            .record
            .write(data_dir)
            .and_then(|()| perform(data_dir, &before.record.forward(data_dir)))
            .and_then(|()| finish(data_dir));
        match placed {
            Ok(()) => Ok(before),
            Err(error) => {
                undo_unfinished(data_dir).map_err(fault(data_dir))?;
                Err(fault(data_dir)(error))
            }
        }
    }
}

impl Before {
    /// Where the database before is kept, if there was one.
    pub fn database(&self) -> Option<PathBuf> {
        self.record.had_database.then(|| self.record.kept(&self.data_dir, ""))
    }

    /// Undoes the swap, for a copy with which the server does not start. Nobody may have the database open.
    ///
    /// # Errors
    /// See [`SnapshotError`].
    pub fn put_back(self, taken: &DataDir) -> Result<(), SnapshotError> {
        let data_dir = taken.path();
        self.record
            .write(data_dir)
            .and_then(|()| undo_unfinished(data_dir))
            .map_err(fault(data_dir))
    }
}

impl Record {
    /// Where the database before is kept, or a file beside it.
    fn kept(&self, data_dir: &Path, ending: &str) -> PathBuf {
        with_ending(&with_ending(&data_dir.join(FILE_NAME), &self.suffix), ending)
    }

    fn kept_key(&self, data_dir: &Path) -> PathBuf {
        self.kept(data_dir, KEY_ENDING)
    }

    fn forward(&self, data_dir: &Path) -> Vec<Step> {
        let database = data_dir.join(FILE_NAME);
        let mut steps = Vec::new();
        // A log that is still there belongs to the database before. It goes first: when the database itself is gone, any
        // log in place is not its.
        for ending in ["-wal", "-shm"] {
            steps.push(Step::Rename(
                with_ending(&database, ending),
                self.kept(data_dir, ending),
            ));
        }
        steps.push(Step::Sync);
        steps.push(Step::Rename(database.clone(), self.kept(data_dir, "")));
        steps.push(Step::Sync);
        steps.push(Step::Rename(staged(data_dir, FILE_NAME), database));
        if self.new_key {
            steps.push(Step::Rename(staged(data_dir, KEY_NAME), data_dir.join(KEY_NAME)));
        }
        steps
    }

    /// From wherever the steps forward, or these, have come to.
    fn backward(&self, data_dir: &Path) -> Vec<Step> {
        let database = data_dir.join(FILE_NAME);
        let mut steps = Vec::new();
        if !self.had_database || self.kept(data_dir, "").exists() {
            for ending in ["", "-wal", "-shm"] {
                steps.push(Step::Remove(with_ending(&database, ending)));
            }
            steps.push(Step::Sync);
            steps.push(Step::Rename(self.kept(data_dir, ""), database.clone()));
            steps.push(Step::Sync);
        }
        for ending in ["-wal", "-shm"] {
            steps.push(Step::Rename(
                self.kept(data_dir, ending),
                with_ending(&database, ending),
            ));
        }
        let key = data_dir.join(KEY_NAME);
        steps.push(match (self.had_key, self.new_key) {
            (true, true) => Step::Rename(self.kept_key(data_dir), key),
            (false, true) => Step::Remove(key),
            (_, false) => Step::Remove(self.kept_key(data_dir)),
        });
        for name in [FILE_NAME, KEY_NAME] {
            steps.push(Step::Remove(staged(data_dir, name)));
        }
        steps
    }

    fn write(&self, data_dir: &Path) -> io::Result<()> {
        let record = data_dir.join(RECORD);
        let part = with_ending(&record, ".part");
        remove(&part)?;
        let mut file = new_private_file(&part)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(part, record)?;
        sync_dir(data_dir)
    }
}

/// Undoes what was done of a restore that did not come to its end.
pub(in crate::db) fn undo_unfinished(data_dir: &Path) -> io::Result<()> {
    let path = data_dir.join(RECORD);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    let record: Record = serde_json::from_slice(&bytes).map_err(|error| {
        let why = format!(
            "{} says that a restore is under way, but not which: {error}",
            path.display()
        );
        io::Error::new(io::ErrorKind::InvalidData, why)
    })?;
    tracing::warn!("a restore did not come to its end: back to the database before");
    perform(data_dir, &record.backward(data_dir))?;
    finish(data_dir)
}

fn finish(data_dir: &Path) -> io::Result<()> {
    sync_dir(data_dir)?;
    remove(&data_dir.join(RECORD))?;
    sync_dir(data_dir)
}

/// A file that is not there need not be moved, nor removed.
fn perform(data_dir: &Path, steps: &[Step]) -> io::Result<()> {
    for step in steps {
        match step {
            Step::Rename(from, to) => absent_is_fine(fs::rename(from, to))?,
            Step::Remove(path) => remove(path)?,
            Step::Sync => sync_dir(data_dir)?,
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_file(path))
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn staged(data_dir: &Path, name: &str) -> PathBuf {
    data_dir.join(format!("{name}.{STAGED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 4] = ["ovc.sqlite", "ovc.sqlite-wal", "ovc.sqlite-shm", "ovc.key"];

    /// A directory with a database, or without, and a copy staged.
    fn prepared(had: bool, new_key: bool) -> (tempfile::TempDir, Record) {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        if had {
            for name in FILES {
                write(name, &format!("old {name}"));
            }
        }
        write("ovc.sqlite.restoring", "new");
        if new_key {
            write("ovc.key.restoring", "new");
        }
        let record = Record {
            suffix: ".before-restore-1".into(),
            had_database: had,
            had_key: had,
            new_key,
        };
        if had {
            copy_new(&dir.path().join(KEY_NAME), &record.kept_key(dir.path())).unwrap();
        }
        record.write(dir.path()).unwrap();
        (dir, record)
    }

    fn is_as_before(dir: &Path, had: bool) {
        let mut names: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "ovc.lock")
            .collect();
        names.sort();
        let mut expected = if had { FILES.to_vec() } else { Vec::new() };
        expected.sort_unstable();
        assert_eq!(names, expected);
        for name in expected {
            assert_eq!(fs::read_to_string(dir.join(name)).unwrap(), format!("old {name}"));
        }
    }

    #[test]
    fn killed_after_any_step_of_a_restore_the_database_is_the_one_before() {
        for (had, new_key) in [(true, true), (true, false), (false, true), (false, false)] {
            let mut done = 0;
            loop {
                let (dir, record) = prepared(had, new_key);
                let steps = record.forward(dir.path());
                if done > steps.len() {
                    break;
                }
                perform(dir.path(), &steps[..done]).unwrap();
                DataDir::take(dir.path()).unwrap();
                is_as_before(dir.path(), had);
                done += 1;
            }
        }
    }

    #[test]
    fn killed_after_any_step_of_going_back_too() {
        for (had, new_key) in [(true, true), (true, false), (false, true), (false, false)] {
            let mut done = 0;
            loop {
                let (dir, record) = prepared(had, new_key);
                perform(dir.path(), &record.forward(dir.path())).unwrap();
                // The server has run on it for a moment.
                fs::write(dir.path().join("ovc.sqlite-wal"), "new").unwrap();
                let steps = record.backward(dir.path());
                if done > steps.len() {
                    break;
                }
                perform(dir.path(), &steps[..done]).unwrap();
                DataDir::take(dir.path()).unwrap();
                is_as_before(dir.path(), had);
                done += 1;
            }
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_makes_no_empty_database() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(RECORD), "{").unwrap();
        DataDir::take(dir.path()).unwrap_err();
        assert!(!dir.path().join(FILE_NAME).exists());
    }
}
