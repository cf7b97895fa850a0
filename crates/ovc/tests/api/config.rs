use ovc::config::{Config, Overrides, load};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

fn in_repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn keys() -> Vec<(Option<String>, String)> {
    let mut keys = Vec::new();
    for (name, value) in Table::try_from(Config::default()).unwrap() {
        match value {
            Value::Table(section) => keys.extend(section.into_iter().map(|(key, _)| (Some(name.clone()), key))),
            _ => keys.push((None, name)),
        }
    }
    keys
}

#[test]
fn the_example_has_every_key_with_its_default() {
    let path = in_repository("ovc.example.toml");
    assert_eq!(
        load(Some(&path), std::iter::empty(), &Overrides::default()).unwrap(),
        Config::default()
    );
    let example: Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (section, key) in keys() {
        let table = section
            .as_ref()
            .map_or(Some(&example), |section| example.get(section).and_then(Value::as_table));
        assert!(table.is_some_and(|table| table.contains_key(&key)), "{section:?} {key}");
    }
}

#[test]
fn the_documentation_names_every_key_and_no_other() {
    let text = std::fs::read_to_string(in_repository("docs/configuration.md")).unwrap();
    let mut section = None;
    let mut documented = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading
                .strip_prefix("`[")
                .and_then(|rest| rest.split(']').next())
                .map(str::to_owned);
        } else if let Some(row) = line.strip_prefix("| `") {
            documented.push((section.clone(), row.split('`').next().unwrap().to_owned()));
        }
    }
    let mut keys = keys();
    keys.sort();
    documented.sort();
    assert_eq!(documented, keys);
}

#[test]
fn flags_go_before_variables_and_variables_before_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ovc.toml");
    std::fs::write(
        &file,
        "data_dir = \"file\"\n[http]\nlisten = \"127.0.0.1:1\"\n[live]\nlinger = \"1s\"\n",
    )
    .unwrap();
    let variables = [
        ("OVC_HTTP_LISTEN", "127.0.0.1:2"),
        ("OVC_DATA_DIR", "variable"),
        ("OTHER", "x"),
    ];
    let variables = variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let overrides = Overrides {
        http: Some("127.0.0.1:3".parse().unwrap()),
        ..Overrides::default()
    };
    let config = load(Some(&file), variables, &overrides).unwrap();
    assert_eq!(config.http.listen, "127.0.0.1:3".parse().unwrap());
    assert_eq!(config.data_dir, Path::new("variable"));
    assert_eq!(config.live.linger, std::time::Duration::from_secs(1));
    assert_eq!(config.gateway, Config::default().gateway);
}
