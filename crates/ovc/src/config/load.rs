use super::Config;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Variables that start with `OVC_` and are not configuration.
const OTHER_VARIABLES: [&str; 3] = ["OVC_CONFIG", "OVC_ADMIN_PASSWORD", "OVC_MASTER_KEY"];
const PREFIX: &str = "OVC_";

/// What flags say; each goes before the environment and the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `data_dir`
    pub data_dir: Option<PathBuf>,
    /// `http.listen`
    pub http: Option<SocketAddr>,
    /// `rtmp.listen`
    pub rtmp: Option<SocketAddr>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// The file is not TOML, or not ours.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Where and what.
        error: Box<toml::de::Error>,
    },
    /// A variable names no key, or its value does not fit.
    #[error("{name}: {why}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// A value is out of range, or contradicts another.
    #[error("{key}: {why}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong.
        why: String,
    },
}

/// The configuration from the file (if any), the environment and the flags, checked.
///
/// # Errors
/// See [`ConfigError`]; each names the key and the place.
pub fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    overrides: &Overrides,
) -> Result<Config, ConfigError> {
    let mut table = match file {
        Some(path) => read(path)?,
        None => Table::new(),
    };
    // Sorted, so that of several faults always the same is told.
    let mut variables: Vec<_> = environment.filter(|(name, _)| is_ours(name)).collect();
    variables.sort();
    for (name, value) in variables {
        apply_variable(&mut table, &name, &value)?;
    }
    let mut config: Config = Config::deserialize(table).map_err(|error| ConfigError::Value {
        key: "configuration",
        why: error.to_string(),
    })?;
    let Overrides { data_dir, http, rtmp } = overrides.clone();
    config.data_dir = data_dir.unwrap_or(config.data_dir);
    config.http.listen = http.unwrap_or(config.http.listen);
    config.rtmp.listen = rtmp.unwrap_or(config.rtmp.listen);
    config.check()?;
    Ok(config)
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read {
        path: path.into(),
        error,
    })?;
    let fault = |error| ConfigError::File {
        path: path.into(),
        error: Box::new(error),
    };
    // Once into the types, for faults told with line and column; then as a table to lay the environment over.
    toml::from_str::<Config>(&text).map_err(fault)?;
    toml::from_str(&text).map_err(fault)
}

fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX) && !OTHER_VARIABLES.contains(&name)
}

fn apply_variable(table: &mut Table, name: &str, value: &str) -> Result<(), ConfigError> {
    let key = name[PREFIX.len()..].to_ascii_lowercase();
    let known = Table::try_from(Config::default()).unwrap_or_default();
    let (section, key) = match key.split_once('_') {
        Some((section, key)) if known.get(section).is_some_and(Value::is_table) => (Some(section), key),
        _ if known.contains_key(&key) => (None, key.as_str()),
        // Orchestrators put variables such as OVC_SERVICE_HOST into the environment of a service named so.
        _ => {
            tracing::warn!(variable = name, "names no configuration key, ignored");
            return Ok(());
        }
    };
    let kin = match section {
        Some(section) => known[section].get(key),
        None => known.get(key),
    };
    let fault = |why: String| ConfigError::Variable { name: name.into(), why };
    let Some(kin) = kin else {
        return Err(fault(format!(
            "there is no key `{key}` in [{}]",
            section.unwrap_or_default()
        )));
    };
    let parsed = match kin {
        Value::Integer(_) => Value::Integer(value.parse().map_err(|_| fault("must be a whole number".into()))?),
        // Lists are written with commas.
        Value::Array(_) => Value::Array(
            value
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(Value::from)
                .collect(),
        ),
        Value::Boolean(_) => Value::Boolean(value.parse().map_err(|_| fault("must be true or false".into()))?),
        _ => Value::String(value.into()),
    };
    let place = match section {
        None => &mut *table,
        Some(section) => table
            .entry(section)
            .or_insert_with(|| Value::Table(Table::new()))
            .as_table_mut()
            .ok_or_else(|| fault(format!("`{section}` is not a section")))?,
    };
    place.insert(key.into(), parsed);
    Config::deserialize(table.clone())
        .map(|_| ())
        .map_err(|error| fault(error.message().to_owned()))
}
