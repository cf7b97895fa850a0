//! The console is built into the program. Where it has not been built, a page says so instead.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=../../console/dist");
    let dist = Path::new("../../console/dist");
    let index = dist.join("index.html");
    if !index.exists() {
        fs::create_dir_all(dist)?;
        fs::write(
            index,
            "<!doctype html>\n<meta charset=\"utf-8\">\n<title>OVC</title>\n<p>This program was built without its \
             console. Build it in <code>console/</code> with <code>npm ci && npm run build</code>, then build the \
             program again. The API is at <code>/api/v1/</code>.\n",
        )?;
    }
    Ok(())
}
